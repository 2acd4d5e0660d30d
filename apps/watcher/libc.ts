/**
 * The few calls of the C library that Node has none of: sockets that see packets (packet(7)), with a filter that nobody can take off again. Linux, 64 bits.
 */
import koffi from 'koffi';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const SO_TIMESTAMPNS = 35;
const SO_LOCK_FILTER = 44;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const ETH_P_ALL = 0x0003;
const SOCKADDR_LL_BYTES = 20;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const PR_SET_NO_NEW_PRIVS = 38;

// Both C libraries answer to one of these names.
const library = loadLibrary();

const call = {
  socket: library.func('int socket(int, int, int)'),
  bind: library.func('int bind(int, void *, int)'),
  setsockopt: library.func('int setsockopt(int, int, int, void *, int)'),
  getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
  dup2: library.func('int dup2(int, int)'),
  prctl: library.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)'),
  prctlWith: library.func('prctl', 'int', ['int', 'unsigned long', 'void *']),
} as const;

/** Waits for nothing: -1 where there is nothing to receive. `headers`: `struct mmsghdr[]`. */
export const recvmmsg: (fd: number, headers: Buffer, count: number, flags: number, timeout: null) => number =
  library.func('int recvmmsg(int, void *, unsigned int, int, void *)');

/** Where a buffer's bytes lie; they must not be moved while the address is used, so only of buffers outside of the heap. */
export function addressOf(buffer: Buffer): bigint {
  return koffi.address(buffer);
}

/** Calls back whenever there is something to read, until it is closed. */
export function onReadable(fd: number, callback: () => void): { close(): void } {
  return koffi.node.poll(fd, { readable: true }, callback);
}

/**
 * A packet socket of all interfaces that the filter is already on when the first packet comes.
 * @param program `struct sock_filter[]`
 */
export function openPacketSocket(
  program: Buffer,
  options: { bufferBytes: number; nonBlocking: boolean; timestamps?: boolean },
): number {
  // Of no protocol: it receives nothing until it is bound.
  const fd = checked('socket', call.socket(AF_PACKET, SOCK_DGRAM | (options.nonBlocking ? SOCK_NONBLOCK : 0), 0));
  const kept = outsideOfHeap(program);
  setOption(fd, SO_ATTACH_FILTER, descriptorOf(kept));
  setOption(fd, SO_LOCK_FILTER, int(1));
  setOption(fd, SO_RCVBUFFORCE, int(options.bufferBytes));
  // When the kernel saw each packet comes beside it.
  if (options.timestamps === true) setOption(fd, SO_TIMESTAMPNS, int(1));
  const address = Buffer.alloc(SOCKADDR_LL_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  checked('bind', call.bind(fd, address, SOCKADDR_LL_BYTES));
  return fd;
}

/** Packets that the filter let through, and those of them that there was no room for, since this was last asked. */
export function packetStatistics(fd: number): { packets: number; dropped: number } {
  const counters = Buffer.alloc(8);
  checked('getsockopt', call.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, counters, int(counters.length)));
  return { packets: counters.readUInt32LE(0), dropped: counters.readUInt32LE(4) };
}

/** From now on, and in all that this program becomes, the kernel asks this filter of system calls; nobody can take it off, nor gain a right by starting a program. */
export function filterSystemCalls(program: Buffer): void {
  checked('prctl', call.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  const kept = outsideOfHeap(program);
  checked('prctl', call.prctlWith(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, descriptorOf(kept)));
}

/** Makes the descriptor `to` another name of `fd`, one that programs inherit which this one becomes. */
export function inheritAs(fd: number, to: number): void {
  checked('dup2', call.dup2(fd, to));
}

function outsideOfHeap(bytes: Buffer): Buffer {
  const kept = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(kept);
  return kept;
}

/** `struct sock_fprog`; it points to the program, which must live as long. */
function descriptorOf(program: Buffer): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt16LE(program.length / 8, 0);
  descriptor.writeBigUInt64LE(addressOf(program), 8);
  return descriptor;
}

function setOption(fd: number, option: number, value: Buffer): void {
  checked('setsockopt', call.setsockopt(fd, SOL_SOCKET, option, value, value.length));
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function checked(what: string, result: number): number {
  if (result >= 0) return result;
  const number = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? String(number);
  throw new NetSentinelError('PACKETS_NO_RIGHTS', 'operational', `${what} failed: ${name}`);
}

function loadLibrary(): ReturnType<typeof koffi.load> {
  try {
    return koffi.load('libc.so.6');
  } catch {
    return koffi.load('libc.so');
  }
}
