/** As much of a Redis server as guard asks: the enforcer's list, its channel, and counters. For tests without the real one, which can also misbehave. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { encodeCommand, RespReader, type Reply } from '@netsentinel/kernel/resp';

export class FakeRedis {
  /** `blocks:meta`, names and values in turn. */
  meta: string[] = ['format', '1', 'epoch', 'e1', 'seq', '0'];
  /** `blocks`: networks and until, in turn. */
  list: string[] = [];
  isSilent = false;
  reads = 0;
  readonly counts = new Map<string, number>();
  readonly #server: Server;
  readonly #subscribers = new Set<Socket>();
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<FakeRedis> {
    const server = createServer();
    const fake = new FakeRedis(server);
    server.on('connection', (socket) => fake.#serve(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  publish(message: unknown): void {
    for (const socket of this.#subscribers)
      socket.write(encodeCommand(['message', 'netsentinel:blocks:changes', JSON.stringify(message)]));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = new RespReader();
    socket.on('error', () => undefined).on('close', () => this.#subscribers.delete(socket));
    // A command is an array of bulk strings, which the reader of answers reads too.
    socket.on('data', (chunk) => {
      for (const command of reader.push(chunk)) if (!this.isSilent) this.#answer(socket, command as readonly Reply[]);
    });
  }

  #answer(socket: Socket, [name, ...words]: readonly Reply[]): void {
    switch (name) {
      case 'AUTH':
        return void socket.write(words.at(-1) === 'secret' ? '+OK\r\n' : '-WRONGPASS no\r\n');
      case 'SUBSCRIBE':
        this.#subscribers.add(socket);
        return void socket.write(`*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n`);
      case 'MULTI':
        return void socket.write('+OK\r\n');
      case 'HGETALL':
      case 'ZRANGEBYSCORE':
        return void socket.write('+QUEUED\r\n');
      case 'EXEC':
        this.reads++;
        return void socket.write(`*2\r\n${encodeCommand(this.meta)}${encodeCommand(this.list)}`);
      case 'EVAL': {
        const [now, before] = [words[2] as string, words[3] as string];
        this.counts.set(now, (this.counts.get(now) ?? 0) + 1);
        return void socket.write(`*2\r\n:${this.counts.get(now)}\r\n:${this.counts.get(before) ?? 0}\r\n`);
      }
      default:
        return void socket.write('+OK\r\n');
    }
  }
}
