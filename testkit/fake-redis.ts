/**
 * As much of Redis as the blocklist needs, in memory and on a loopback port: strings with a TTL, sorted sets, hashes, transactions, PUBLISH.
 * Time is the clock's. Real tests run the same against Debian's Redis.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Clock } from '@netsentinel/contracts/clock';
import { RespReader } from '@netsentinel/kernel/resp';

type Value = string | Map<string, string>;

export class FakeRedis {
  readonly values = new Map<string, Value>();
  readonly published: { readonly channel: string; readonly message: string }[] = [];
  readonly #ends = new Map<string, number>();
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));
  /** Asked of everybody who connects, where it is set. */
  password: string | undefined;
  /** Commands that fail, as this says. */
  readonly failing = new Map<string, string>();
  port = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => {
        this.port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Cuts everybody off; `listen` with the same port lets them in again. */
  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Names of the keys that are there now. */
  keys(): string[] {
    for (const [key, end] of this.#ends) if (end <= this.#clock.monotonicMs()) this.#drop(key);
    return [...this.values.keys()];
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    const reader = new RespReader();
    let signedIn = false;
    let queued: string[][] | undefined;
    const one = (words: string[]): string => {
      const name = words[0]!.toUpperCase();
      if (name === 'AUTH') {
        signedIn = words.at(-1) === this.password;
        return signedIn ? '+OK\r\n' : '-WRONGPASS invalid username-password pair\r\n';
      }
      if (this.password !== undefined && !signedIn) return '-NOAUTH Authentication required.\r\n';
      if (name === 'MULTI') return ((queued = []), '+OK\r\n');
      if (name === 'EXEC') {
        const replies = (queued ?? []).map((command) => this.#run(command));
        queued = undefined;
        return `*${replies.length}\r\n${replies.join('')}`;
      }
      if (queued !== undefined) return (queued.push(words), '+QUEUED\r\n');
      return this.#run(words);
    };
    // A command is an array of texts, which the reader of replies reads too.
    socket.on('data', (chunk) => socket.write((reader.push(chunk) as string[][]).map(one).join('')));
  }

  #run([name = '', ...args]: string[]): string {
    this.keys();
    const failure = this.failing.get(name.toUpperCase());
    if (failure !== undefined) return `-${failure}\r\n`;
    const [key = '', ...rest] = args;
    switch (name.toUpperCase()) {
      case 'PING':
      case 'SELECT':
        return '+OK\r\n';
      case 'SET':
        this.values.set(key, rest[0]!);
        this.#ends.set(key, this.#clock.monotonicMs() + Number(rest[2]));
        return '+OK\r\n';
      case 'EXPIRE':
        this.#ends.set(key, this.#clock.monotonicMs() + 1000 * Number(rest[0]));
        return ':1\r\n';
      case 'EXISTS':
        return `:${args.filter((one) => this.values.has(one)).length}\r\n`;
      case 'DEL':
        return `:${args.filter((one) => this.#drop(one)).length}\r\n`;
      case 'RENAME':
        this.values.set(rest[0]!, this.values.get(key)!);
        this.#drop(key);
        return '+OK\r\n';
      case 'PUBLISH':
        this.published.push({ channel: key, message: rest[0]! });
        return ':0\r\n';
      default:
        return this.#runOnMap(name.toUpperCase(), key, rest);
    }
  }

  #runOnMap(name: string, key: string, rest: string[]): string {
    const map = (this.values.get(key) ?? new Map<string, string>()) as Map<string, string>;
    const bulk = (text: string | undefined): string =>
      text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
    const inRange = (): string[] => {
      const [least, most] = [
        rest[0] === '-inf' ? -Infinity : Number(rest[0]),
        rest[1] === '+inf' ? Infinity : Number(rest[1]),
      ];
      return [...map].filter(([, score]) => Number(score) >= least && Number(score) <= most).map(([member]) => member);
    };
    const without = (members: string[]): string => {
      const gone = members.filter((member) => map.delete(member)).length;
      if (map.size === 0) this.#drop(key);
      return `:${gone}\r\n`;
    };
    switch (name) {
      case 'HSET':
        for (let i = 0; i < rest.length; i += 2) map.set(rest[i]!, rest[i + 1]!);
        this.values.set(key, map);
        return ':1\r\n';
      case 'ZADD':
        for (let i = 0; i < rest.length; i += 2) map.set(rest[i + 1]!, rest[i]!);
        this.values.set(key, map);
        return ':1\r\n';
      case 'HGET':
      case 'ZSCORE':
        return bulk(map.get(rest[0]!));
      case 'HMGET':
        return `*${rest.length}\r\n${rest.map((field) => bulk(map.get(field))).join('')}`;
      case 'ZREM':
        return without(rest);
      case 'ZCOUNT':
        return `:${inRange().length}\r\n`;
      case 'ZREMRANGEBYSCORE':
        return without(inRange());
      case 'ZSCAN':
        return `*2\r\n${bulk('0')}*${2 * map.size}\r\n${[...map].flat().map(bulk).join('')}`;
      default:
        return `-ERR unknown command '${name}'\r\n`;
    }
  }

  #drop(key: string): boolean {
    this.#ends.delete(key);
    return this.values.delete(key);
  }
}
