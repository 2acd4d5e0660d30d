/** Reading the kernel's table of UDP sockets. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { dropsIn, kernelDrops } from './kernel-drops.ts';

const V4 = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  412: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31337 2 0000000000000000 17
  512: 0100007F:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31338 2 0000000000000000 4
`;
const V6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  412: 00000000000000000000000000000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31339 2 0000000000000000 3
  413: B80D0120000000000000000001000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31340 2 0000000000000000 9
`;

describe.runIf(endianness() === 'LE')("the kernel's drops", () => {
  it('are those of the socket with this address and port', () => {
    expect(dropsIn(V4, '0.0.0.0', 514)).toBe(17);
    expect(dropsIn(V4, '127.0.0.1', 514)).toBe(4);
    expect(dropsIn(V6, '::', 514)).toBe(3);
    expect(dropsIn(V6, '2001:db8::1', 514)).toBe(9);
  });

  it('are unknown where it is not in the table', () => {
    expect(dropsIn(V4, '0.0.0.0', 515)).toBeUndefined();
    expect(dropsIn(V4, '192.0.2.1', 514)).toBeUndefined();
    expect(dropsIn('', '0.0.0.0', 514)).toBeUndefined();
    expect(dropsIn(V4, 'no address', 514)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('are found by descriptor, anew each time', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setRecvBufferSize(1024);
    const tables = ['udp6', 'udp'].map((name) => openSync(`/proc/self/net/${name}`, 'r'));
    expect(kernelDrops(tables, socket.address())).toBe(0);
    const sender = createSocket('udp4');
    // They wait for nobody: this turn of the event loop has not ended.
    const sent = Array.from(
      { length: 200 },
      () => new Promise((resolve) => sender.send(Buffer.alloc(1000), socket.address().port, '127.0.0.1', resolve)),
    );
    await Promise.all(sent);
    expect(kernelDrops(tables, socket.address())).toBeGreaterThan(0);
    expect(kernelDrops(tables, { address: '127.0.0.1', port: 9 })).toBe(0);
    for (const table of tables) closeSync(table);
    expect(kernelDrops([], socket.address())).toBe(0);
    socket.close();
    sender.close();
  });
});
