/** Sees how one port answers a SYN, on the wire: what scanners tell systems by. */
import { closeSync } from 'node:fs';
import { Assembler, programBytes, type Instruction } from '@netsentinel/watcher/bpf';

/** As the answer to a SYN shows it. */
export interface TcpStack {
  readonly ttl: number;
  /** `mss,sackOK,TS,nop,wscale`. */
  readonly options: string;
}

const WAIT_MS = 2_000;
/** Two long headers fit. */
const SNAP_BYTES = 160;
const BUFFER_BYTES = 64 * 1024;
/** Kept until it is known which was ours. */
const MAX_ANSWERS = 4096;
const TCP = 6;
const SYN_ACK = 0x12;
const IPV6_HEADER = 40;
/** By RFC 9293 and RFC 7323; whatever else is named by its number. */
const OPTIONS = new Map([
  [1, 'nop'],
  [2, 'mss'],
  [3, 'wscale'],
  [4, 'sackOK'],
  [8, 'TS'],
]);

/**
 * @param knock opens a connection to it, and answers the port that it came from
 * @returns undefined where nothing was seen in time
 * @throws where nobody may see packets: other than Linux, or without rights for it
 */
export async function seeSynAck(port: number, knock: () => Promise<number | undefined>): Promise<TcpStack | undefined> {
  // They load the C library: only who looks needs it, and a test without rights has none.
  const { PacketBatch } = await import('@netsentinel/watcher/packet-batch');
  const { onReadable, openPacketSocket } = await import('@netsentinel/watcher/libc');
  const fd = openPacketSocket(programBytes(answersOf(port)), { bufferBytes: BUFFER_BYTES, nonBlocking: true });
  const batch = new PacketBatch(fd, { most: 1, snapBytes: SNAP_BYTES });
  // Others may be answered from a port of that number at the same time.
  const seen = new Map<number, TcpStack>();
  let wake = (): void => {};
  const readable = onReadable(fd, () => {
    if (batch.receive() === 0) return;
    const answer = parseSynAck(batch.bytes(0));
    if (answer === undefined || seen.size >= MAX_ANSWERS) return;
    seen.set(answer.to, answer.stack);
    wake();
  });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    wake();
  }, WAIT_MS);
  try {
    const from = (await knock()) ?? 0;
    while (!seen.has(from) && !isOver) await new Promise<void>((resolve) => (wake = resolve));
    return seen.get(from);
  } finally {
    clearTimeout(timer);
    readable.close();
    closeSync(fd);
  }
}

/** Of the port's packets only those that accept a connection. */
function answersOf(port: number): Instruction[] {
  const a = new Assembler();
  a.load('byte', 0).and(0xf0).when('equal', 0x60, 'six').unless('equal', 0x40, 'drop');
  a.load('byte', 9).unless('equal', TCP, 'drop').load('half', 6).when('anyBit', 0x1fff, 'drop');
  a.headerLengthToX(0).loadFromX('byte', 13).and(SYN_ACK).unless('equal', SYN_ACK, 'drop');
  a.loadFromX('half', 0).when('equal', port, 'take').jump('drop');
  a.label('six').load('byte', 6).unless('equal', TCP, 'drop');
  a.load('byte', IPV6_HEADER + 13)
    .and(SYN_ACK)
    .unless('equal', SYN_ACK, 'drop');
  a.load('half', IPV6_HEADER).when('equal', port, 'take');
  a.label('drop').take(0);
  a.label('take').take(SNAP_BYTES);
  return a.program();
}

/** @param packet from its network header on; undefined where it is none with a whole TCP header. `to`: the port that is answered */
export function parseSynAck(packet: Uint8Array): { readonly to: number; readonly stack: TcpStack } | undefined {
  const isFour = packet[0]! >> 4 === 4;
  const tcp = packet.subarray(isFour ? (packet[0]! & 0x0f) * 4 : IPV6_HEADER);
  const end = (tcp[12] ?? 0) >> 2;
  if (end < 20 || tcp.length < end) return undefined;
  const options: string[] = [];
  for (let at = 20; at < end && tcp[at] !== 0;) {
    const kind = tcp[at]!;
    options.push(OPTIONS.get(kind) ?? String(kind));
    // One of no length would be read for ever.
    at += kind === 1 ? 1 : Math.max(2, tcp[at + 1] ?? 0);
  }
  return { to: (tcp[2]! << 8) | tcp[3]!, stack: { ttl: packet[isFour ? 8 : 7]!, options: options.join(',') } };
}
