/** Connections from senders: who may connect, how many at once, over all and from one address. What is refused is closed at once and complained of. */
import type { Socket } from 'node:net';
import type { AllowedSenders } from './allowed-senders.ts';
import type { Complaints } from './complaints.ts';

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerSender: number;
}

const STRANGER = 'connections were refused: the sender is not in `allow`';
const TOO_MANY = 'connections were refused: more than `maxConnections` at once';
const TOO_MANY_OF_ONE = 'connections were refused: more than `maxConnectionsPerSender` from one address';

export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #allowed: AllowedSenders;
  readonly #complaints: Complaints;
  readonly #open = new Set<Socket>();
  readonly #bySender = new Map<string, number>();
  #closed: (() => void) | undefined;

  constructor(options: { limits: ConnectionLimits; allowed: AllowedSenders; complaints: Complaints }) {
    this.#limits = options.limits;
    this.#allowed = options.allowed;
    this.#complaints = options.complaints;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The sender's address in its canonical form; undefined where the connection has been refused. */
  admit(socket: Socket): string | undefined {
    socket.on('error', () => socket.destroy());
    const address = socket.remoteAddress;
    const sender = address === undefined ? undefined : this.#allowed.admit(address);
    const reason = sender === undefined ? STRANGER : this.#over(sender);
    if (sender === undefined || reason !== undefined) {
      this.#complaints.add(reason ?? STRANGER, 1, { sender: address });
      socket.destroy();
      return undefined;
    }
    this.#open.add(socket);
    this.#bySender.set(sender, (this.#bySender.get(sender) ?? 0) + 1);
    socket.once('close', () => {
      this.#open.delete(socket);
      const left = this.#bySender.get(sender)! - 1;
      if (left === 0) this.#bySender.delete(sender);
      else this.#bySender.set(sender, left);
      if (this.#open.size === 0) this.#closed?.();
    });
    return sender;
  }

  /** Ends them all, and resolves when they are closed. */
  async close(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      for (const socket of this.#open) socket.destroy();
    });
  }

  #over(sender: string): string | undefined {
    if (this.#open.size >= this.#limits.maxConnections) return TOO_MANY;
    return (this.#bySender.get(sender) ?? 0) >= this.#limits.maxConnectionsPerSender ? TOO_MANY_OF_ONE : undefined;
  }
}
