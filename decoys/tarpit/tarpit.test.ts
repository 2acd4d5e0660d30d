import { describe, expect, it } from 'vitest';
import { type PlayedClient, playService } from '../service/session.fixture.ts';
import { tarpitDecoy } from './tarpit.decoy.ts';

const INTERVAL_MS = 10_000;

/** Everything that dripped in so many intervals. */
async function after(client: PlayedClient, intervals: number): Promise<string> {
  for (let i = 0; i < intervals; i++) await client.settle(INTERVAL_MS * (4 / 3));
  return client.received.toString('latin1');
}

describe('a tarpit', () => {
  it('drips lines that may come before the version of SSH', async () => {
    const client = playService(tarpitDecoy, {}).connect();
    await client.send('SSH-2.0-libssh2_1.10.0\r\n');
    const lines = (await after(client, 20)).split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines.length).toBeGreaterThanOrEqual(19);
    for (const line of lines) expect(line).toMatch(/^[a-z0-9]{3,32}$/);
    await client.destroy();
  });

  it.each([
    ['smtp', /^(?:220-[a-z0-9]{3,32}\r\n){5,}$/],
    ['bytes', /^[a-z0-9]{5,10}$/],
  ])('speaks %s', async (style, expected) => {
    const client = playService(tarpitDecoy, { style }).connect();
    expect(await after(client, 6)).toMatch(expected);
    await client.destroy();
  });

  it('answers a request with headers that never end', async () => {
    const client = playService(tarpitDecoy, { style: 'http' }).connect();
    expect(await after(client, 3)).toBe('');
    await client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const answer = await after(client, 6);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:x-[a-z0-9]+: [a-z0-9]+\r\n){5,}$/);
    await client.destroy();
  });

  it('tells what the client said first and how long it was held, and reads no more', async () => {
    const played = playService(tarpitDecoy, {});
    const client = played.connect();
    await client.send('SSH-2.0-Go\r\n');
    await client.send(Buffer.alloc(4096, 0x61));
    await after(client, 30);
    await client.destroy();
    expect(played.events.map(({ event }) => event.action)).toEqual([
      'tarpit-connect',
      'tarpit-client',
      'tarpit-disconnect',
    ]);
    expect(played.events[1]?.netsentinel?.client?.software).toBe('SSH-2.0-Go');
    expect(played.events[2]!.event.duration).toBeGreaterThanOrEqual(30 * INTERVAL_MS * 1_000_000);
  });

  it('holds no more than it may', async () => {
    const played = playService(tarpitDecoy, { maxHeld: 2 });
    const held = [played.connect(), played.connect()];
    const third = played.connect();
    await third.settle();
    expect(third.closed).toBe(true);
    await held[0]!.destroy();
    const fourth = played.connect();
    await fourth.settle();
    expect(fourth.closed).toBe(false);
    expect(played.decoy.connections).toBe(2);
    await held[1]!.destroy();
    await fourth.destroy();
  });
});
