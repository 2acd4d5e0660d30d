import { expect, it } from 'vitest';
import { programOf, runSystemCallFilter } from './bpf.fixture.ts';
import { sendingRefused } from './no-sending.ts';

const ALLOWED = 0x7fff_0000;
const REFUSED = 0x0005_0001;
const X64 = 0xc000_003e;
const ARM64 = 0xc000_00b7;

it.each([
  [
    'x64',
    X64,
    { sendto: 44, sendmsg: 46, sendmmsg: 307, socket: 41, bind: 49, connect: 42, io_uring: 425 },
    { read: 0, recvmmsg: 299, execve: 59 },
  ],
  [
    'arm64',
    ARM64,
    { sendto: 206, sendmsg: 211, sendmmsg: 269, socket: 198, bind: 200, connect: 203, io_uring: 425 },
    { read: 63, recvmmsg: 243, execve: 221 },
  ],
] as const)('refuses what sends on %s, and nothing else', (machine, architecture, refused, allowed) => {
  const program = programOf(sendingRefused(machine)!);
  for (const number of Object.values(refused)) expect(runSystemCallFilter(program, number, architecture)).toBe(REFUSED);
  for (const number of Object.values(allowed)) expect(runSystemCallFilter(program, number, architecture)).toBe(ALLOWED);
  // The numbers of another machine mean something else.
  expect(runSystemCallFilter(program, allowed.read, 0x4000_0003)).toBe(REFUSED);
});

it('refuses the other numbers of the same calls', () => {
  const program = programOf(sendingRefused('x64')!);
  expect(runSystemCallFilter(program, 0x4000_0000 + 47, X64)).toBe(REFUSED);
});

it('knows no other machine', () => {
  expect(sendingRefused('s390x')).toBeUndefined();
});
