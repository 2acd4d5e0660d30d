/**
 * The blocklist that the enforcer keeps in a Redis (`enforcer/responders/redis/README.md`), pushed: the list is read once, then the messages of its
 * channel change it. A gap in their numbers, a new list or a new connection have it read again.
 */
import { RespError, type Reply } from '@netsentinel/kernel/resp';
import { RedisConnection } from '../redis/redis-connection.ts';
import type { Entry } from './feed.ts';
import { readChange, readVersion, type ListChange, type ListVersion } from './redis-change.ts';
import type { BlocklistSource, SourceContext } from './source.types.ts';

export interface RedisBlocklistOptions {
  /** `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string;
  /** As it is configured in the enforcer. Default `netsentinel:`. */
  readonly prefix?: string;
}

/** Messages that wait while the list is read. */
const MAX_WAITING = 10_000;
const RETRY_MS = 1_000;
/** Readers of one Redis do not all come in the same instant. */
const SPREAD_MS = 300;

export function redisSource(
  { url, prefix = 'netsentinel:' }: RedisBlocklistOptions,
  ctx: SourceContext,
): BlocklistSource {
  const { feed, log } = ctx;
  const channel = `${prefix}blocks:changes`;
  let version: ListVersion | undefined;
  let waiting: ListChange[] = [];
  let isReading = false;
  let isSubscribed = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let found: () => void;
  const first = new Promise<void>((resolve) => (found = resolve));

  const subscriber = new RedisConnection({
    url,
    onReady: (connection) => {
      connection.send('SUBSCRIBE', channel).then(
        (reply) => {
          if (reply instanceof RespError) return log('Redis does not let us subscribe', reply.message);
          isSubscribed = true;
          readSoon(0);
        },
        () => undefined,
      );
    },
    onMessage: (name, payload) => {
      if (name !== channel) return;
      const change = readChange(payload);
      if (change === undefined) return readSoon(Math.random() * SPREAD_MS);
      if (isReading) {
        if (waiting.length < MAX_WAITING) waiting.push(change);
        else version = undefined;
      } else apply(change);
    },
    onLost: (why) => {
      isSubscribed = false;
      version = undefined;
      log('the connection to Redis is lost', why);
    },
  });
  const reader = new RedisConnection({ url, onReady: () => readSoon(0) });

  function readSoon(delayMs: number): void {
    if (isReading || isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isSubscribed && reader.isReady) void read();
    }, delayMs);
    timer.unref();
  }

  async function read(): Promise<void> {
    if (isReading) return;
    isReading = true;
    waiting = [];
    let again: number | undefined;
    try {
      const answers = reader.send('MULTI');
      void reader.send('HGETALL', `${prefix}blocks:meta`).catch(() => undefined);
      void reader.send('ZRANGEBYSCORE', `${prefix}blocks`, Date.now(), '+inf', 'WITHSCORES').catch(() => undefined);
      const done = reader.send('EXEC');
      const [begun, reply] = await Promise.all([answers, done]);
      const why = [begun, reply].find((one) => one instanceof RespError) ?? errorWithin(reply);
      if (why !== undefined) throw new Error(why.message);
      const [meta, list] = reply as readonly [readonly Reply[], readonly Reply[]];
      const read = readVersion(meta);
      if (read === undefined) {
        // Redis was emptied, or the enforcer has not begun yet: what is known ends by itself, and a `reset` will come.
        if (meta.length > 0) log('the list in Redis has a format that this guard does not know');
        version = undefined;
      } else if (await feed.replace(pairs(list), () => isClosed)) {
        version = read;
        feed.heard();
        found();
      }
    } catch (error) {
      log('the blocklist could not be read from Redis', (error as Error).message);
      again = RETRY_MS;
    }
    isReading = false;
    if (again !== undefined) return readSoon(again);
    for (const change of waiting.splice(0)) apply(change);
  }

  function apply(change: ListChange): void {
    if (isReading) return void waiting.push(change);
    if (version !== undefined && change.epoch === version.epoch && !change.isReset) {
      if (change.seq <= version.seq) return;
      if (change.seq === version.seq + 1) {
        version = { epoch: change.epoch, seq: change.seq };
        feed.change(change.add, change.remove);
        feed.heard();
        return;
      }
    }
    readSoon(Math.random() * SPREAD_MS);
  }

  return {
    feed,
    first,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      subscriber.close();
      reader.close();
    },
  };
}

function* pairs(list: readonly Reply[]): Generator<Entry> {
  for (let i = 0; i + 1 < list.length; i += 2) {
    const network = list[i];
    yield [typeof network === 'string' ? network : '', Number(list[i + 1])];
  }
}

function errorWithin(reply: Reply): RespError | undefined {
  if (!Array.isArray(reply) || reply.length !== 2) return new RespError('the transaction was not carried out');
  return (reply as readonly Reply[]).find((one) => one instanceof RespError);
}
