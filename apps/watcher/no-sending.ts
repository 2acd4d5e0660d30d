/**
 * Who holds a packet socket may also send with it, whatever it likes in anybody's name: the kernel knows no socket that only listens. So the first stage has the kernel
 * refuse every system call that sends or opens a way to, for itself and all that it becomes (seccomp(2)). What is left are reads, and writes to what is there
 * already: a write to a packet socket of all interfaces has nowhere to go (packet(7)).
 */
import { Assembler, programBytes } from './bpf.ts';

const ALLOW = 0x7fff_0000;
const EPERM = 1;
const REFUSE = 0x0005_0000 | EPERM;
/** In `struct seccomp_data`. */
const NUMBER = 0;
const ARCHITECTURE = 4;
/** Calls of the x32 interface, which are the same under other numbers. */
const X32 = 0x4000_0000;

interface Machine {
  /** `AUDIT_ARCH_*` (linux/audit.h). */
  readonly architecture: number;
  /** socket, connect, bind, sendto, sendmsg, sendmmsg, io_uring_setup. */
  readonly refused: readonly number[];
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { architecture: 0xc000_003e, refused: [41, 42, 49, 44, 46, 307, 425] },
  arm64: { architecture: 0xc000_00b7, refused: [198, 203, 200, 206, 211, 269, 425] },
};

/** The filter as `struct sock_filter[]`; undefined for a machine whose numbers we do not know. */
export function sendingRefused(machine: string = process.arch): Buffer | undefined {
  const known = MACHINES[machine];
  if (known === undefined) return undefined;
  const a = new Assembler();
  a.load('word', ARCHITECTURE).unless('equal', known.architecture, 'refuse');
  a.load('word', NUMBER);
  if (machine === 'x64') a.when('atLeast', X32, 'refuse');
  for (const number of known.refused) a.when('equal', number, 'refuse');
  a.take(ALLOW);
  a.label('refuse').take(REFUSE);
  return programBytes(a.program());
}
