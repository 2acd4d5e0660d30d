/** Runs a filter as the kernel would, for tests: what it answers about a packet. */
import type { Instruction } from './bpf.ts';

export interface Around {
  readonly protocol: number;
  readonly packetType: number;
  readonly interface: number;
}

/** The bytes that the filter takes of the packet; 0 where it drops it, as it does where it looks beyond its end. */
export function runFilter(program: readonly Instruction[], packet: Buffer, around: Around): number {
  const known: Readonly<Record<number, number>> = {
    0xffff_f000: around.protocol,
    0xffff_f004: around.packetType,
    0xffff_f008: around.interface,
  };
  let [a, x] = [0, 0];
  for (let at = 0; at < program.length; at++) {
    const { code, jt, jf, k } = program[at]!;
    const size = { 0x00: 4, 0x08: 2, 0x10: 1 }[code & 0x18]!;
    const load = (from: number): number | undefined =>
      known[from] ?? (from + size <= packet.length ? packet.readUIntBE(from, size) : undefined);
    switch (code) {
      case 0x20:
      case 0x28:
      case 0x30:
      case 0x40:
      case 0x48:
      case 0x50: {
        const value = load((code & 0xe0) === 0x40 ? x + k : k);
        if (value === undefined) return 0;
        a = value;
        break;
      }
      case 0xb1:
        if (k >= packet.length) return 0;
        x = (packet[k]! & 0x0f) * 4;
        break;
      case 0x54:
        a = (a & k) >>> 0;
        break;
      case 0x05:
        at += k;
        break;
      case 0x15:
      case 0x25:
      case 0x35:
      case 0x45: {
        const passes = { 0x15: a === k, 0x25: a > k, 0x35: a >= k, 0x45: (a & k) !== 0 }[code];
        at += passes ? jt : jf;
        break;
      }
      case 0x06:
        return k;
      default:
        throw new RangeError(`no instruction ${code.toString(16)}`);
    }
  }
  throw new RangeError('the filter has no end');
}

/** What is written by `programBytes`. */
export function programOf(bytes: Buffer): Instruction[] {
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({
    code: bytes.readUInt16LE(i * 8),
    jt: bytes.readUInt8(i * 8 + 2),
    jf: bytes.readUInt8(i * 8 + 3),
    k: bytes.readUInt32LE(i * 8 + 4),
  }));
}

/** The kernel shows a filter of system calls its `struct seccomp_data`, whose words it loads as they lie in the machine. */
export function runSystemCallFilter(program: readonly Instruction[], number: number, architecture: number): number {
  const data = Buffer.alloc(64);
  data.writeUInt32BE(number, 0);
  data.writeUInt32BE(architecture, 4);
  return runFilter(program, data, { protocol: 0, packetType: 0, interface: 0 });
}
