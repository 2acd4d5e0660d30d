/** What the kernel lets a capture see, and nothing else: IP packets from or to one network, whole. For sockets that deliver from the network header on. */
import type { Network } from '@netsentinel/kernel/address';
import { Assembler, type Instruction } from '../bpf.ts';

const ETHERTYPE = { 4: 0x0800, 6: 0x86dd } as const;
/** Where the source's and the destination's address are. */
const ADDRESSES = { 4: [12, 16], 6: [8, 24] } as const;
const LOOPBACK = 1;
const SENT = 4;
const WHOLE = 0x4_0000;
const ALL_BITS = 0xffff_ffff;

/** @param interfaces their numbers; none for all */
export function networkFilter(network: Network, interfaces: readonly number[]): Instruction[] {
  const { family } = network;
  const a = new Assembler();
  a.loadKnown('interface');
  for (const index of interfaces) a.when('equal', index, 'ours');
  if (interfaces.length > 0) a.jump('drop');
  // What loopback sends, it receives as well.
  a.label('ours').unless('equal', LOOPBACK, 'once');
  a.loadKnown('packetType').when('equal', SENT, 'drop');
  a.label('once').loadKnown('protocol').unless('equal', ETHERTYPE[family], 'drop');
  for (const at of ADDRESSES[family]) {
    const other = a.newLabel();
    for (const [i, { word, mask }] of wordsOf(network).entries()) {
      if (mask === 0) continue;
      a.load('word', at + i * 4);
      if (mask !== ALL_BITS) a.and(mask);
      a.unless('equal', word, other);
    }
    a.jump('take').label(other);
  }
  a.label('drop').take(0);
  a.label('take').take(WHOLE);
  return a.program();
}

function wordsOf({ family, base, prefix }: Network): { readonly word: number; readonly mask: number }[] {
  const width = family === 4 ? 32 : 128;
  const hostBits = BigInt(width - prefix);
  const mask = (((1n << BigInt(width)) - 1n) >> hostBits) << hostBits;
  const word = (of: bigint, i: number): number => Number((of >> BigInt(width - 32 * (i + 1))) & 0xffff_ffffn);
  return Array.from({ length: width / 32 }, (_, i) => ({ word: word(base, i), mask: word(mask, i) }));
}
