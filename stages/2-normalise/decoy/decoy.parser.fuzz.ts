/** Whatever a decoy host in an attacker's hands sends, the platform makes an event of it that keeps to the schema, or says so in one. */
import { Event, MAX_EVENT_BYTES } from '@netsentinel/contracts/event';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';
import { normaliseSensorEvent } from './decoy.parser.ts';

const login = {
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: {
    kind: 'event',
    category: ['authentication'],
    action: 'ssh-login',
    outcome: 'failure',
    dataset: 'netsentinel.ssh',
  },
  source: { ip: '::ffff:198.51.100.7', port: 40_000 },
  user: { name: 'root' },
  netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, credential: { method: 'password', password: 'x' } },
};

export const seeds = [
  pack(login),
  pack({ ...login, source: { ip: '2001:db8::1' } }),
  pack({ ...login, process: { command_line: 'uname -a', args: ['a'] } }),
];

export function fuzz(data: Uint8Array): void {
  const result = normaliseSensorEvent(tryUnpack(data), {
    sensor: { id: 'decoys', type: 'decoy-host' },
    epoch: 'fuzzepoch1',
    sequence: 1,
    receivedAt: 1_795_253_400_000,
    sourceVerified: true,
  });
  const event = result.ok ? result.value : result.error;
  const parsed = Event.safeParse(event);
  if (!parsed.success) throw new Error(`an event broke its schema: ${parsed.error.message}`);
  if (event.netsentinel.sensor.id !== 'decoys') throw new Error('the payload named the sensor');
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES * 2) throw new Error('an event is over its bound');
}
