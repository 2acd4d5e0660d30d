/** Feeds bytes to both Telnet daemons as an attacker would: as they come, after the negotiation, and into the shell. Nothing may throw. */
import type { PlayedService } from '../service/session.fixture.ts';
import { playService } from '../service/session.fixture.ts';
import { telnetDecoy } from './telnet.decoy.ts';

/** A key of a search in a long line may show some rows of it. */
const MAX_REPLY_BYTES = 12 * 1024 * 1024;
/** Each line that is typed is told, and at most one thing more of each two bytes. */
const MORE_EVENTS = 100;
/** Each of thousands of lines is told and checked: with more of them the time says nothing. */
const MAX_BYTES = 10 * 1024;
const REFUSALS = ['fffe25fffe26fffc18fffc20fffc23fffc27fffc24', 'fffd03fffc01fffc22fffc1ffffe05fffc21'];
const PLACES = ['raw', 'login', 'shell', 'busybox'] as const;

const services = new Map<string, PlayedService>();

function serviceFor(daemon: 'inetutils' | 'busybox'): PlayedService {
  const known = services.get(daemon);
  if (known !== undefined) return known;
  const credentials = { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false };
  const config = { daemon, credentials, startDelayMs: 0, successDelayMs: 0, failureDelayMs: 0 };
  const service = playService(telnetDecoy, config);
  services.set(daemon, service);
  return service;
}

/** The first byte says where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const place = PLACES[(data[0] ?? 0) % PLACES.length]!;
  const service = serviceFor(place === 'busybox' ? 'busybox' : 'inetutils');
  service.events.length = 0;
  service.recordings.clear();
  const client = service.connect();
  await client.settle();
  if (place === 'login' || place === 'shell') {
    for (const refusal of REFUSALS) await client.send(Buffer.from(refusal, 'hex'));
    await client.settle(1);
  }
  if (place === 'shell') {
    await client.send('root\r\n');
    await client.send('toor\r\n');
    await client.settle(1);
    if (!service.events.some(({ event }) => event.action === 'telnet-session')) throw new Error('the login failed');
  }
  await client.send(Buffer.from(data.subarray(1, MAX_BYTES)));
  await client.settle(1000);
  if (client.received.length > MAX_REPLY_BYTES) throw new Error(`${client.received.length} bytes in answer`);
  if (service.events.length > MORE_EVENTS + data.length) throw new Error(`${service.events.length} events`);
  await client.destroy();
  if (service.decoy.connections !== 0) throw new Error('a connection was left behind');
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.splice(0).join('; ')}`);
}

export const seeds: readonly Uint8Array[] = [
  Buffer.concat([Buffer.of(0), Buffer.from(REFUSALS.join(''), 'hex'), Buffer.from('root\r\ntoor\r\n')]),
  Buffer.from('00fffb18fffb20fffb23fffb27fffb24fffd25fffd26fffa1800787465726dfff0', 'hex'),
  Buffer.from('00fffe25fffe26fffb27fffa2700005553455201 2d6620726f6f74fff0'.replaceAll(' ', ''), 'hex'),
  Buffer.from('00fffd03fffc01fffb22fffa2203010000036203fff0fffb1ffffa1f00500018fff0fffd05fffa0501fff0', 'hex'),
  Buffer.concat([Buffer.of(1), Buffer.from('a\x7f\x15\x16\x17\x12\x03\x04\xff\xf4\xff\xf8', 'latin1')]),
  Buffer.concat([Buffer.of(2), Buffer.from('enable\r\nsystem\r\nshell\r\nsh\r\n/bin/busybox ECCHI\r\n')]),
  Buffer.concat([Buffer.of(3), Buffer.from('fffc01fffb1ffffa1f00500018fff0fff6', 'hex')]),
];
