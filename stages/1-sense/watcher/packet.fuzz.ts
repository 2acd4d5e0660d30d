/** Feeds the watcher's parser what could come off a wire: whatever it is, nothing throws, and what is made of it is an event of ours. */
import { isIP } from 'node:net';
import { SensorEvent } from '@netsentinel/contracts/event';
import { FLAG, icmp, ip4, ip6, tcp, udp } from './packet.fixture.ts';
import { readPacket } from './packet.ts';
import { probeEvent } from './probe-event.ts';
import { ProbeLedger } from './probe-ledger.ts';

const SYN = tcp([40_000, 443], FLAG.syn, [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]);
const HOP_BY_HOP = { number: 0, bytes: Buffer.alloc(8) };
const PIECE = { number: 44, bytes: Buffer.from([0, 0, 0, 1, 0, 0, 0, 7]) };
const OURS = { from: '192.0.2.1', to: '198.51.100.9' };

export const seeds: readonly Uint8Array[] = [
  ip4(6, SYN),
  ip4(6, SYN.subarray(0, 8), { fragment: 0x2000, options: 8 }),
  ip4(17, udp([5353, 161])),
  ip4(1, icmp(8)),
  ip6(6, SYN, { extensions: [HOP_BY_HOP, PIECE] }),
  ip6(58, icmp(128)),
]
  .map((packet) => Buffer.concat([Buffer.of(0), packet]))
  .concat(
    [FLAG.syn | FLAG.ack, FLAG.rst].map((flags) =>
      Buffer.concat([Buffer.of(1), ip4(6, tcp([443, 40_000], flags), OURS)]),
    ),
  );

/** The first byte says in which direction it went. Rejects when a bound was broken. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const isOutgoing = ((data[0] ?? 0) & 1) === 1;
  const sight = readPacket(data.subarray(1), isOutgoing);
  if (sight === undefined) return;
  if (sight.t === 'served') {
    if (isIP(sight.address) === 0 || sight.port > 65_535) throw new Error('a service at no address');
    return;
  }
  if (sight.t === 'reset') return;
  if (isIP(sight.source) === 0 || isIP(sight.target) === 0) throw new Error('a probe of no address');
  const ledger = new ProbeLedger();
  ledger.see(sight, 0);
  for (const batch of ledger.due(1000, () => true)) {
    const event = SensorEvent.safeParse(probeEvent(batch, 'web'));
    if (!event.success) throw new Error(event.error.message);
  }
}
