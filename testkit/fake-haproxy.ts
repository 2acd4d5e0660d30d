/** One map of HAProxy behind its runtime socket, in memory. Real tests run the same against Debian's HAProxy. */
import { createServer, type Socket } from 'node:net';

export class FakeHaproxy {
  /** Keys, doubles included: HAProxy keeps them too. */
  entries: string[] = [];
  /** Answered to everything, where it is set. */
  complaint: string | undefined;
  readonly asked: string[] = [];
  readonly #file: string;
  readonly #prepared = new Map<string, string[]>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  constructor(file: string) {
    this.#file = file;
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(path, () => resolve());
    });
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.includes('<<\n') ? !text.endsWith('\n\n') : !text.endsWith('\n')) return;
      this.asked.push(text.trim());
      const [head = '', ...payload] = text.trim().split('\n');
      socket.end(
        this.complaint ??
          head
            .split(';')
            .map((command) => `${this.#answer(command, payload)}\n`)
            .join(''),
      );
    });
  }

  #answer(command: string, payload: readonly string[]): string {
    const [verb, , ...rest] = command.split(' ');
    const version = rest[0]?.startsWith('@') === true ? rest.shift() : undefined;
    const [file, key] = rest;
    if (file !== undefined && file !== this.#file) return 'Unknown map identifier.';
    switch (verb) {
      case 'show':
        return file === undefined
          ? `# id (file) description\n1 (${this.#file}) pattern loaded from file, curr_ver=0 next_ver=0 entry_cnt=${this.entries.length}`
          : this.entries.map((entry, i) => `0x${i.toString(16)} ${entry} 1`).join('\n');
      case 'add':
        (version === undefined ? this.entries : this.#prepared.get(version)!).push(
          ...payload.map((line) => line.split(' ')[0]!),
        );
        return '';
      case 'del':
        if (!this.entries.includes(key!)) return 'Key not found.';
        this.entries = this.entries.filter((entry) => entry !== key);
        return '';
      case 'get':
        return `type=ip, case=sensitive, found=${this.entries.some((entry) => entry.split('/')[0] === key) ? 'yes' : 'no'}`;
      case 'prepare':
        this.#prepared.set('@1', []);
        return 'New version created: 1';
      case 'commit':
        this.entries = this.#prepared.get(version!)!;
        return '';
      default:
        return 'Unknown command.';
    }
  }
}
