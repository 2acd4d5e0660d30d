/** One connection to Redis: signed in, over TLS where configured, commands in pipelines, answers in order. Ends at the first thing that is wrong. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '@netsentinel/contracts/clock';
import { encodeCommand, RespError, RespReader, type Reply } from './resp.ts';

/** We never ask for more than a fraction of it. */
const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/** Where Redis is, and how to be let in. */
export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  /** Path of its Unix socket, instead of `host` and `port`. */
  readonly socket?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: number;
  /** PEM; the authorities of the system without `ca`. `serverName`: what its certificate must carry where that is not `host`. */
  readonly tls?:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        readonly serverName?: string | undefined;
      }
    | undefined;
  /** Milliseconds that an answer may take before Redis counts as gone. */
  readonly timeoutMs: number;
}

type Waiting = {
  readonly resolve: (replies: Reply[]) => void;
  readonly reject: (error: Error) => void;
  left: number;
  replies: Reply[];
};

export class RedisConnection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #reader = new RespReader({ maxBytes: MAX_REPLY_BYTES });
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;
  readonly #onEnd: () => void;

  private constructor(socket: Socket, place: RedisPlace, clock: Clock, onEnd: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#timeoutMs = place.timeoutMs;
    this.#onEnd = onEnd;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk: Buffer) => this.#heard(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('Redis closed the connection')));
  }

  /** Rejects where it cannot be reached or does not let us in. `onEnd` is called once when an open connection is over. */
  static async open(place: RedisPlace, clock: Clock, onEnd: () => void): Promise<RedisConnection> {
    const connection = new RedisConnection(dial(place), place, clock, onEnd);
    const { username, password, database } = place;
    const greeting: string[][] = [];
    if (password !== undefined) greeting.push(['AUTH', ...(username === undefined ? [] : [username]), password]);
    if (database !== 0) greeting.push(['SELECT', String(database)]);
    greeting.push(['PING']);
    try {
      await connection.run(greeting);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Sends the commands at once; rejects where Redis complains of any, or is gone. */
  async run(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const replies = await this.#ask(commands);
    const wrong = replies.find((reply) => reply instanceof RespError);
    if (wrong !== undefined) throw new Error(wrong.message);
    return replies;
  }

  /** Runs them as one transaction and answers what each said. */
  async transaction(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    const replies = await this.run([['MULTI'], ...commands, ['EXEC']]);
    const results = replies.at(-1);
    if (!Array.isArray(results)) throw new Error('Redis did not run the transaction');
    const wrong = (results as Reply[]).find((reply) => reply instanceof RespError);
    if (wrong !== undefined) throw new Error(wrong.message);
    return results as readonly Reply[];
  }

  close(): void {
    this.#fail(new Error('closed'));
  }

  #ask(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#timeoutMs, () => this.#fail(new Error('Redis does not answer')));
      this.#waiting.push({
        left: commands.length,
        replies: [],
        resolve: (replies) => {
          cancel();
          resolve(replies);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      });
      this.#socket.write(commands.map(encodeCommand).join(''));
    });
  }

  #heard(chunk: Buffer): void {
    let replies: Reply[];
    try {
      replies = this.#reader.push(chunk);
    } catch (error) {
      return this.#fail(error as Error);
    }
    for (const reply of replies) {
      const [first] = this.#waiting;
      if (first === undefined) return this.#fail(new Error('Redis answered what nobody asked'));
      first.replies.push(reply);
      first.left -= 1;
      if (first.left > 0) continue;
      this.#waiting.shift();
      first.resolve(first.replies);
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#onEnd();
  }
}

function dial({ host, port, socket, tls }: RedisPlace): Socket {
  if (tls === undefined) return socket === undefined ? connectPlain({ host, port }) : connectPlain({ path: socket });
  const { ca, cert, key, serverName } = tls;
  return connectTls({
    ...(socket === undefined ? { host, port } : { path: socket }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: 'TLSv1.2',
  });
}
