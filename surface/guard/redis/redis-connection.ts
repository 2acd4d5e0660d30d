/** One connection to a Redis or Valkey server, made again whenever it breaks; what could not be sent or answered is rejected, never kept. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { encodeCommand, RespError, RespReader, type Reply } from '@netsentinel/kernel/resp';

export interface RedisConnectionOptions {
  /** `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string;
  /** After each connection, before commands: subscribe, for instance. */
  readonly onReady?: (connection: RedisConnection) => void;
  /** What a subscribed connection is sent. */
  readonly onMessage?: (channel: string, payload: string) => void;
  readonly onLost?: (why: string) => void;
}

const CONNECT_MS = 5_000;
const MAX_PENDING = 10_000;
const RETRY_MS = [100, 500, 1_000, 2_000, 5_000];

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #url: URL;
  #socket: Socket | undefined;
  #isReady = false;
  #pending: Pending[] = [];
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#url = urlOf(options.url);
    this.#connect();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Rejects at once where there is no connection, and when it breaks before the answer. */
  send(...words: readonly (string | number)[]): Promise<Reply> {
    const socket = this.#socket;
    if (socket === undefined || !this.#isReady) return Promise.reject(lost('there is no connection'));
    return this.#write(socket, words);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#drop('closed');
  }

  #connect(): void {
    const { hostname, port, protocol } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const where = { host, port: port === '' ? 6379 : Number(port) };
    const socket = protocol === 'rediss:' ? connectTls({ ...where, servername: host }) : connectTcp(where);
    this.#socket = socket;
    const reader = new RespReader();
    // Nobody waits for a list that is not there: the application may end while we are connecting.
    socket.unref();
    socket.setNoDelay(true);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection within 5 s')));
    socket.once(protocol === 'rediss:' ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.setKeepAlive(true, 15_000);
      this.#greet(socket).catch((error: Error) => socket.destroy(error));
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of reader.push(chunk)) this.#take(reply);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    let why = 'the server closed the connection';
    socket.on('error', (error) => (why = error.message));
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#drop(why);
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
      this.#timer.unref();
    });
  }

  async #greet(socket: Socket): Promise<void> {
    const { username, password, pathname } = this.#url;
    const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
    if (secret !== '') must(await this.#write(socket, user === '' ? ['AUTH', secret] : ['AUTH', user, secret]));
    const database = pathname.slice(1);
    if (database !== '' && database !== '0') must(await this.#write(socket, ['SELECT', database]));
    this.#isReady = true;
    this.#tries = 0;
    this.#options.onReady?.(this);
  }

  #write(socket: Socket, words: readonly (string | number)[]): Promise<Reply> {
    if (this.#pending.length >= MAX_PENDING) return Promise.reject(lost('too many commands wait for an answer'));
    return new Promise<Reply>((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      socket.write(encodeCommand(words));
    });
  }

  #take(reply: Reply): void {
    if (Array.isArray(reply) && reply[0] === 'message' && this.#options.onMessage !== undefined) {
      const [, channel, payload] = reply as readonly Reply[];
      if (typeof channel === 'string' && typeof payload === 'string') this.#options.onMessage(channel, payload);
      return;
    }
    this.#pending.shift()?.resolve(reply);
  }

  #drop(why: string): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#socket = undefined;
    for (const one of this.#pending.splice(0)) one.reject(lost(why));
    if (!this.#isClosed || wasReady) this.#options.onLost?.(why);
  }
}

function must(reply: Reply): void {
  if (reply instanceof RespError) throw new Error(reply.message);
}

function lost(why: string): NetSentinelError {
  return new NetSentinelError('GUARD_REDIS', 'operational', `Redis: ${why}`);
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new NetSentinelError('GUARD_OPTIONS', 'user', 'redis.url is no address such as redis://localhost:6379');
}
