/** A flood of datagrams stays within memory, and all that is lost is counted. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:dgram';
import type { ManualClock } from '@netsentinel/kernel/clock';
import { fakeCollectorContext } from '@netsentinel/testkit/collector-context';
import { expect, it } from 'vitest';
import { AllowedSenders } from '../../receive/allowed-senders.ts';
import { Complaints } from '../../receive/complaints.ts';
import { Datagrams } from './datagrams.ts';

function setUp(kernelDrops: (listener: string) => number = () => 0) {
  const ctx = fakeCollectorContext({ kernelDrops });
  const socket = Object.assign(new EventEmitter(), {
    setRecvBufferSize: () => undefined,
    getRecvBufferSize: () => 425_984,
    close: () => undefined,
  }) as unknown as Socket;
  const taken: string[] = [];
  const datagrams = new Datagrams({
    ctx,
    socket,
    sink: { take: (message) => taken.push(message) },
    allowed: new AllowedSenders(undefined),
    complaints: new Complaints(ctx),
    maxMessageBytes: 1024,
    receiveBufferBytes: 65_536,
  });
  datagrams.start();
  const receive = (text: string | Buffer, address = '192.0.2.7'): boolean =>
    socket.emit('message', Buffer.from(text), { address });
  return { ctx, datagrams, taken, receive };
}

it('waits in a queue that is bounded, and the rest is counted and told of', async () => {
  const { ctx, datagrams, taken, receive } = setUp();
  ctx.full = true;
  for (let i = 0; i < 100_250; i++) receive(`${i}`);
  expect(datagrams.dropped).toBe(250);
  expect(ctx.warnings).toHaveLength(1);
  ctx.full = false;
  await datagrams.close();
  expect(taken).toHaveLength(100_000);
  expect(taken.slice(0, 3)).toEqual(['0', '1', '2']);
  expect(taken.at(-1)).toBe('99999');
  expect(datagrams.queuedBytes).toBe(0);
});

it('bounds the bytes of the queue, too', () => {
  const { ctx, datagrams, receive } = setUp();
  ctx.full = true;
  const large = Buffer.alloc(60_000, 'x');
  for (let i = 0; i < 1_200; i++) receive(large);
  expect(datagrams.queuedBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(datagrams.dropped).toBeGreaterThan(0);
});

it('counts what the kernel lost for it', () => {
  let lost = 0;
  const { ctx, datagrams } = setUp((listener) => (listener === 'udp' ? lost : 0));
  datagrams.lookForDrops();
  expect(datagrams.dropped).toBe(0);
  lost = 7;
  datagrams.lookForDrops();
  expect(datagrams.dropped).toBe(0);
  (ctx.clock as ManualClock).advance(5_000);
  datagrams.lookForDrops();
  expect(datagrams.dropped).toBe(7);
  expect(ctx.warnings[0]!.message).toMatch(/208 KiB; net.core.rmem_max/);
});

it('knows how many senders it heard of late', () => {
  const { ctx, datagrams, receive } = setUp();
  for (let i = 0; i < 3; i++) receive('x', `192.0.2.${i}`);
  expect(datagrams.senders).toBe(3);
  (ctx.clock as ManualClock).advance(11 * 60_000);
  receive('x', '192.0.2.1');
  expect(datagrams.senders).toBe(1);
  expect(datagrams.receiveBufferBytes).toBe(212_992);
});
