import { Event, MAX_EVENT_BYTES, type SensorEvent } from '@netsentinel/contracts/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseSensorEvent, type Stamp } from './decoy.parser.ts';

const stamp: Stamp = {
  sensor: { id: 'ssh-1', type: 'ssh' },
  epoch: 'm1abcdef',
  sequence: 37,
  receivedAt: Date.parse('2026-11-21T09:30:01.000Z'),
  sourceVerified: true,
};
const login = (): SensorEvent => ({
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: {
    kind: 'event',
    category: ['authentication'],
    action: 'login',
    outcome: 'failure',
    dataset: 'netsentinel.ssh',
  },
  source: { ip: '::ffff:198.51.100.7', port: 40_000 },
  destination: { ip: '2001:DB8:0:0::1', port: 22 },
  user: { name: 'root' },
  netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, credential: { method: 'password', password: 'x' } },
});

describe('what a sensor sent', () => {
  it('gets the stamps that only the platform gives', () => {
    const result = normaliseSensorEvent(login(), stamp);
    expect(result.ok).toBe(true);
    const event = result.ok ? result.value : undefined;
    expect(Event.safeParse(event).error).toBeUndefined();
    expect(event).toMatchObject({
      event: { id: 'ssh-1~m1abcdef~11', sequence: 37, ingested: '2026-11-21T09:30:01.000Z' },
      source: { ip: '198.51.100.7' },
      destination: { ip: '2001:db8::1' },
      related: { ip: ['198.51.100.7', '2001:db8::1'], user: ['root'] },
      netsentinel: { actor: '198.51.100.7', source_verified: true, sensor: { id: 'ssh-1', type: 'ssh' } },
    });
    expect(event?.tags).toBeUndefined();
  });

  it('names the /64 of an IPv6 attacker, and nobody where there is no source', () => {
    const six = normaliseSensorEvent({ ...login(), source: { ip: '2001:db8:1:2:3:4:5:6' } }, stamp);
    expect(six.ok && six.value.netsentinel.actor).toBe('2001:db8:1:2::/64');
    const { source: _, ...rest } = login();
    const none = normaliseSensorEvent(rest, stamp);
    expect(none.ok && none.value.netsentinel.actor).toBe('-');
  });

  it.each([
    ['1999-12-31T23:59:59.999Z', true],
    ['2026-11-22T09:30:01.001Z', true],
    ['2026-13-45T99:99:99.000Z', true],
    ['2026-11-22T09:30:01.000Z', false],
    ['2026-11-21T09:30:00.123456789Z', false],
  ])('takes the receive time for an absurd one: %s', (time, adjusted) => {
    const result = normaliseSensorEvent({ ...login(), '@timestamp': time, tags: ['mine'] }, stamp);
    if (!result.ok) throw new Error(result.error.event.reason);
    expect(result.value['@timestamp']).toBe(adjusted ? '2026-11-21T09:30:01.000Z' : time);
    expect(result.value.tags).toEqual(adjusted ? ['mine', 'time_adjusted'] : ['mine']);
  });

  it.each([
    ['an unknown field', { ...login(), extra: 1 }],
    ['a stamp in the payload', { ...login(), netsentinel: { ...login().netsentinel, actor: '192.0.2.1' } }],
    ['an id in the payload', { ...login(), event: { ...login().event, id: 'forged' } }],
    ['text beyond its cap', { ...login(), message: 'x'.repeat(16 * 1024 + 1) }],
    ['a wrong time format', { ...login(), '@timestamp': 'yesterday' }],
  ])('answers %s with a pipeline error that keeps the attacker named', (_what, input) => {
    const result = normaliseSensorEvent(input, stamp);
    expect(result.ok).toBe(false);
    const event = result.ok ? undefined : result.error;
    expect(Event.safeParse(event).error).toBeUndefined();
    expect(event).toMatchObject({
      event: { kind: 'pipeline_error', id: 'ssh-1~m1abcdef~11' },
      netsentinel: { actor: '198.51.100.7' },
    });
    expect(event?.event.reason).not.toBe('');
    expect(event?.event.original).toContain('"login"');
  });

  it('refuses a source that is no address', () => {
    const result = normaliseSensorEvent({ ...login(), source: { ip: '198.51.100.007' } }, stamp);
    expect(result.ok ? '' : result.error.event.reason).toBe('source.ip is not an address');
    expect(result.ok ? '' : result.error.netsentinel.actor).toBe('-');
    const nat = normaliseSensorEvent({ ...login(), client: { nat: { ip: 'here' } } }, stamp);
    expect(nat.ok ? '' : nat.error.event.reason).toBe('client.nat.ip is not an address');
  });

  it('cuts an oversized event rather than losing it, and says what was cut', () => {
    const long = 'wget '.repeat(3200);
    const event = { ...login(), process: { command_line: long, args: Array<string>(200).fill(long.slice(0, 4096)) } };
    const result = normaliseSensorEvent(event, stamp);
    if (!result.ok) throw new Error(result.error.event.reason);
    expect(Buffer.byteLength(JSON.stringify(result.value))).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    expect(result.value.netsentinel.truncated).toContain('process.args');
    expect(result.value.process?.command_line?.startsWith('wget wget')).toBe(true);
  });

  it('survives whatever is not an event', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    for (const input of [undefined, null, 1, 'x', [], circular, trap, { source: { ip: 5 } }, 10n, new Uint8Array(9)]) {
      const result = normaliseSensorEvent(input, stamp);
      expect(result.ok).toBe(false);
      expect(Event.safeParse(result.ok ? undefined : result.error).error).toBeUndefined();
    }
  });

  it('always makes an event within its schema and size, or a pipeline error that is', () => {
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constant('\u0000'.repeat(16_000)));
    const events = fc.record(
      {
        '@timestamp': fc.oneof(
          fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
          fc.string(),
        ),
        message: text,
        tags: fc.array(fc.string(), { maxLength: 260 }),
        source: fc.record({ ip: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()) }),
        process: fc.record({ command_line: text, args: fc.array(text, { maxLength: 8 }) }),
        event: fc.record({ kind: fc.constantFrom('event', 'odd'), dataset: fc.string(), original: text }),
        netsentinel: fc.anything(),
      },
      { requiredKeys: ['@timestamp', 'event'] },
    );
    fc.assert(
      fc.property(events, (input) => {
        const result = normaliseSensorEvent(input, stamp);
        const event = result.ok ? result.value : result.error;
        expect(Event.safeParse(event).error).toBeUndefined();
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_EVENT_BYTES);
      }),
      { numRuns: 300 },
    );
  });
});
