/** Clients that try to take all memory or all time: each is stopped, and the next one is served. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PlayedService, playService } from '../service/session.fixture.ts';
import { encodeRequest } from './redis-client.fixture.ts';
import { redisDecoy } from './redis.decoy.ts';
import { encodeReply, ReplyTooLong } from './resp/reply.ts';

function play(): PlayedService {
  const played = playService(redisDecoy);
  onTestFinished(() => played.close());
  return played;
}

const MEGABYTE = 'x'.repeat(1024 * 1024 - 1024);

describe('a hostile client of the Redis decoy', () => {
  it('gets no answer that is larger than all keys together could be', async () => {
    const played = play();
    const client = played.connect();
    await client.send(encodeRequest(['SET', 'a', MEGABYTE]));
    client.take();
    await client.send(encodeRequest(['MGET', ...Array.from({ length: 2000 }, () => 'a')]));
    expect(client.closed).toBe(true);
    expect(client.text.length).toBe(0);
  });

  it('nor one of EXEC, of a script or of SORT', async () => {
    const played = play();
    for (const last of [
      ['EXEC'],
      ['EVAL', "local v = redis.call('get', 'a') local t = {} for i = 1, 1000 do t[i] = v end return t", '0'],
      ['SORT', 'l', 'BY', 'nosort', ...Array.from({ length: 500 }, () => ['GET', 'a']).flat()],
    ]) {
      const client = played.connect();
      await client.send(encodeRequest(['SET', 'a', MEGABYTE]));
      await client.send(encodeRequest(['RPUSH', 'l', ...Array.from({ length: 100 }, (_, i) => String(i))]));
      if (last[0] === 'EXEC') {
        await client.send(encodeRequest(['MULTI']));
        for (let i = 0; i < 200; i++) await client.send(encodeRequest(['GET', 'a']));
      }
      client.take();
      await client.send(encodeRequest(last));
      expect(client.closed).toBe(true);
      expect(client.text.length).toBeLessThan(2 * MEGABYTE.length);
    }
    expect(played.failures).toEqual([]);
  });

  it('is not read on while it takes no answers', async () => {
    const played = play();
    const client = played.connect();
    await client.send(encodeRequest(['SET', 'a', MEGABYTE]));
    client.stream.pause();
    await client.send(encodeRequest(['GET', 'a']).repeat(200));
    expect(client.closed).toBe(false);
    client.stream.resume();
    for (let i = 0; i < 100 && client.received.length < 200 * MEGABYTE.length; i++) await client.settle();
    expect(client.received.length).toBeGreaterThan(200 * MEGABYTE.length);
  });

  it('is cut off where it sends on and on while its command waits', async () => {
    const played = play();
    const client = played.connect();
    await client.send(encodeRequest(['BLPOP', 'none', '0']));
    for (let i = 0; i < 12 && !client.closed; i++) await client.send(MEGABYTE);
    expect(client.closed).toBe(true);
  });

  it('may take turns of others: a long pipeline is answered whole, in its order', async () => {
    const played = play();
    const client = played.connect();
    const count = 20_000;
    await client.send(Array.from({ length: count }, (_, i) => encodeRequest(['ECHO', String(i)])).join(''));
    for (let i = 0; i < 200 && !client.text.endsWith(`${count - 1}\r\n`); i++) await client.settle();
    expect(client.text.split('\r\n').filter((_, i) => i % 2 === 1)).toEqual(
      Array.from({ length: count }, (_, i) => String(i)),
    );
  });

  it('leaves nothing behind by watching keys that come and go', async () => {
    const played = play();
    const [watcher, changer] = [played.connect(), played.connect()];
    await watcher.send(encodeRequest(['WATCH', 'a']));
    for (const key of ['a', 'b', 'a']) await changer.send(encodeRequest(['SET', key, '1']));
    await watcher.send(encodeRequest(['MULTI']) + encodeRequest(['EXEC']));
    expect(watcher.text).toBe('+OK\r\n+OK\r\n*-1\r\n');
    await watcher.send(encodeRequest(['WATCH', 'b']) + encodeRequest(['MULTI']) + encodeRequest(['EXEC']));
    expect(watcher.text.endsWith('*0\r\n')).toBe(true);
  });

  it('cannot unpack more than a dump may hold', async () => {
    const client = play().connect();
    // A list of strings of which each claims to be a megabyte, packed in a few bytes.
    const packed = '\xc3\x04\x80\x00\x10\x00\x00\x00a\xe0\xff';
    await client.send(encodeRequest(['RESTORE', 'a', '0', `\x02\x20${packed.repeat(32)}\x0a\x00${'\0'.repeat(8)}`]));
    expect(client.text).toBe('-ERR Bad data format\r\n');
  });
});

it('an answer is measured while it grows', () => {
  const nested = Array.from({ length: 64 }, () => Array.from({ length: 64 }, () => MEGABYTE));
  expect(() => encodeReply(nested, 2)).toThrow(ReplyTooLong);
});
