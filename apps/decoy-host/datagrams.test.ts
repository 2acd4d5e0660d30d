import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decoy, DecoyDatagram } from '@netsentinel/contracts/decoy';
import { ManualClock } from '@netsentinel/kernel/clock';
import { ReplyBudget, serveDatagrams } from './datagrams.ts';

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  open.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('a datagram', () => {
  it('reaches the decoy, and its answers together are never longer than it was', async () => {
    const results: boolean[] = [];
    const seen: DecoyDatagram[] = [];
    const decoy = {
      datagram: (one: DecoyDatagram) => {
        seen.push(one);
        for (const answer of ['a much longer answer', 'ping', '', 'more']) results.push(one.reply(Buffer.from(answer)));
      },
    } as unknown as Decoy;
    const [ours, theirs] = [await bound(), await bound()];
    serveDatagrams(ours, decoy, new ReplyBudget(new ManualClock()), 161);
    theirs.send('ping!', ours.address().port, '127.0.0.1');
    const [answer] = (await once(theirs, 'message')) as [Buffer];
    expect(answer.toString()).toBe('ping');
    expect(results).toEqual([false, true, false, false]);
    expect(seen[0]).toMatchObject({
      source: { ip: '127.0.0.1', port: theirs.address().port },
      destination: { ip: '127.0.0.1', port: 161 },
    });
  });
});

describe('the budget', () => {
  it('gives each source so much a minute', () => {
    const clock = new ManualClock();
    const budget = new ReplyBudget(clock);
    expect(budget.spend('192.0.2.1', 16 * 1024)).toBe(true);
    expect(budget.spend('192.0.2.1', 1)).toBe(false);
    expect(budget.spend('192.0.2.2', 1)).toBe(true);
    clock.advance(60_000);
    expect(budget.spend('192.0.2.1', 1)).toBe(true);
  });

  it('gives new sources nothing once there are too many, and looks at no more than it can', () => {
    const budget = new ReplyBudget(new ManualClock());
    for (let i = 0; i < 10_000; i++) budget.spend(`10.0.${i >> 8}.${i & 255}`, 1);
    expect(budget.spend('192.0.2.1', 1)).toBe(false);
    expect(budget.spend('10.0.0.1', 1)).toBe(true);
    for (let i = 0; i < 60_000; i++) budget.take();
    expect(budget.take()).toBe(false);
  });
});
