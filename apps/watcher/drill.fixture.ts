/** Run by `capture.real.test.ts` in a network of its own: tries what somebody would who took the watcher over, and prints how it went. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import koffi from 'koffi';
import { bytesOf } from '@netsentinel/sense/watcher/packet.fixture';
import { programBytes } from './bpf.ts';
import { captureFilter, type CaptureScope } from './capture-filter.ts';
import { filterSystemCalls, openPacketSocket, packetStatistics } from './libc.ts';
import { sendingRefused } from './no-sending.ts';
import { PacketReader } from './packet-reader.ts';

const LOOPBACK = 1;
const SCOPE: CaptureScope = {
  interfaces: [LOOPBACK],
  addresses: [bytesOf('127.0.0.1')],
  tcpServices: [],
  udpServices: [],
  tcpDecoys: [],
  clientPortsFrom: 32_768,
};
const SMALL = 4096;
const FLOOD = 20_000;

const filter = programBytes(captureFilter(SCOPE));
const fd = openPacketSocket(filter, {
  bufferBytes: process.argv[2] === 'flood' ? SMALL * 64 : SMALL,
  nonBlocking: true,
});
const result = process.argv[2] === 'flood' ? await flood() : attempts();
process.stdout.write(JSON.stringify(result));

function attempts(): Record<string, string> {
  if (process.argv[2] === 'after') filterSystemCalls(sendingRefused()!);
  const libc = koffi.load(null);
  const outcome = (name: string, works: string, types: string, ...args: unknown[]): string => {
    const result = libc.func(types)(...args) as number;
    if (result >= 0) return works;
    const number = koffi.errno();
    return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? name;
  };
  // A frame to everybody on loopback, as whoever it says.
  const link = Buffer.alloc(20);
  link.writeUInt16LE(17, 0);
  link.writeUInt16BE(0x0800, 2);
  link.writeInt32LE(LOOPBACK, 4);
  const packet = Buffer.alloc(64, 0x45);
  // `struct sock_fprog` of a filter that takes all.
  const all = Buffer.from(new ArrayBuffer(8));
  all.writeUInt16LE(6, 0);
  all.writeUInt32LE(0xffff, 4);
  const program = Buffer.alloc(16);
  program.writeUInt16LE(1, 0);
  program.writeBigUInt64LE(koffi.address(all), 8);
  return {
    sendto: outcome(
      'sendto',
      'sent',
      'long sendto(int, void *, size_t, int, void *, int)',
      fd,
      packet,
      64,
      0,
      link,
      20,
    ),
    write: written(packet),
    refilter: outcome('refilter', 'done', 'int setsockopt(int, int, int, void *, int)', fd, 1, 26, program, 16),
    bind: outcome('bind', 'done', 'int bind(int, void *, int)', fd, link, 20),
    socket: outcome('socket', 'done', 'int socket(int, int, int)', 2, 2, 0),
  };
}

function written(packet: Buffer): string {
  try {
    writeSync(fd, packet);
    return 'sent';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  }
}

async function flood(): Promise<{ read: number; counted: number; dropped: number }> {
  const socket = createSocket('udp4');
  let left = FLOOD;
  for (let i = 0; i < FLOOD; i++) socket.send('x', 9999, '127.0.0.1', () => --left === 0 && socket.close());
  await once(socket, 'close');
  const reader = new PacketReader(fd);
  let read = 0;
  for (let more = 1; more > 0; read += more) more = reader.read(() => {});
  const { packets, dropped } = packetStatistics(fd);
  return { read, counted: packets, dropped };
}
