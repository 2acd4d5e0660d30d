/** The keys and the channel that `README.md` describes, as commands. */
import { randomBytes } from 'node:crypto';

export interface Block {
  readonly network: string;
  readonly until: number;
  readonly remainingMs: number;
}

export class RedisList {
  readonly list: string;
  readonly next: string;
  readonly meta: string;
  readonly channel: string;
  readonly #prefix: string;
  epoch = '';
  seq = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.list = `${prefix}blocks`;
    this.next = `${prefix}blocks:next`;
    this.meta = `${prefix}blocks:meta`;
    this.channel = `${prefix}blocks:changes`;
  }

  key(network: string): string {
    return `${this.#prefix}block:${network}`;
  }

  set({ network, until, remainingMs }: Block): string[] {
    return ['SET', this.key(network), String(until), 'PX', String(Math.max(1, Math.ceil(remainingMs)))];
  }

  add(blocks: readonly Block[], to = this.list): string[] {
    return ['ZADD', to, ...blocks.flatMap(({ network, until }) => [String(until), network])];
  }

  remove(networks: readonly string[]): string[][] {
    return [
      ['ZREM', this.list, ...networks],
      ['DEL', ...networks.map((network) => this.key(network))],
    ];
  }

  /** For one transaction with what it tells: the next version, and the message. Without changes it is a heartbeat. */
  tell(add: readonly Block[], remove: readonly string[]): string[][] {
    const message = {
      format: 1,
      epoch: this.epoch,
      seq: this.seq + 1,
      ...(add.length === 0 ? {} : { add: add.map(({ network, until }) => [network, until]) }),
      ...(remove.length === 0 ? {} : { remove }),
    };
    return [
      ['HGET', this.meta, 'epoch'],
      ['HSET', this.meta, 'format', '1', 'epoch', this.epoch, 'seq', String(message.seq)],
      ['PUBLISH', this.channel, JSON.stringify(message)],
    ];
  }

  /** For the transaction that puts a new list in place: a new epoch, and the word to read it. */
  renew(): string[][] {
    this.epoch = randomBytes(9).toString('base64url');
    this.seq = 0;
    return [
      ['DEL', this.meta],
      ['HSET', this.meta, 'format', '1', 'epoch', this.epoch, 'seq', '0'],
      ['PUBLISH', this.channel, JSON.stringify({ format: 1, epoch: this.epoch, seq: 0, reset: true })],
    ];
  }
}
