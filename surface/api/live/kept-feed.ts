/**
 * A kept room: each message has an offset and stays in a window for a while. Who keeps up is sent each message as it comes, encoded once for all; who does
 * not is sent from the window as fast as it reads, so that nothing but the window grows, and is cut off once the window has passed it.
 */
import type { Server } from 'socket.io';
import type { Clock } from '@netsentinel/contracts/clock';
import type { ClientToServer, Heard, JoinReply, ServerToClient } from '@netsentinel/contracts/live';
import type { KeptRoom } from '@netsentinel/contracts/live-rooms';
import { cut, isFull, type Client, type ClientData } from './client-queue.ts';
import { FeedWindow } from './feed-window.ts';

/** Tens of thousands of incidents may change at once: whoever keeps up has a moment to read them. */
const WINDOW = { messages: 4096, bytes: 4 * 1024 * 1024, burst: 8, burstMs: 5_000 };
/** So long after the last listener has gone messages are still kept for its return. */
const AWAY_MS = 5 * 60_000;

type KeptName = 'incident' | 'work' | 'action';
export type KeptMessage = {
  readonly [K in KeptName]: { readonly name: K; readonly body: Parameters<ServerToClient[K]>[0] };
}[KeptName];

export interface KeptFeedOptions {
  readonly io: Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>;
  readonly room: KeptRoom;
  /** Of this start of the platform. */
  readonly epoch: string;
  readonly clock: Clock;
  /** Takes a message that all platforms shall hear of; true where it comes back by `deliver`. Without it this platform is alone. */
  readonly share?: ((message: KeptMessage) => boolean) | undefined;
}

export class KeptFeed {
  readonly #options: KeptFeedOptions;
  /** `null`: what took an offset and is told to nobody. */
  readonly #window: FeedWindow<KeptMessage | null>;
  #epoch: string;
  readonly #listeners = new Set<Client>();
  /** Those who do not keep up, and the offset that each was sent last. They are not in the room. */
  readonly #behind = new Map<Client, number>();
  #emptySince = Number.NEGATIVE_INFINITY;

  constructor(options: KeptFeedOptions) {
    this.#options = options;
    this.#window = new FeedWindow(WINDOW, options.clock);
    this.#epoch = options.epoch;
  }

  /** Whether anybody listens, or may come back for what it missed. */
  get isWanted(): boolean {
    if (this.#options.share !== undefined) return true;
    return this.#listeners.size > 0 || this.#options.clock.monotonicMs() - this.#emptySince < AWAY_MS;
  }

  publish(message: KeptMessage): void {
    if (!this.isWanted) this.#window.skip();
    else if (this.#options.share?.(message) !== true) this.deliver(message);
  }

  /** Sends it to whoever listens here. `null` takes an offset and is told to nobody. */
  deliver(message: KeptMessage | null): void {
    const { io, room } = this.#options;
    const before = this.#window.last;
    for (const client of this.#listeners)
      if (!this.#behind.has(client) && isFull(client)) {
        this.#behind.set(client, before);
        void client.leave(room);
      }
    const offset = this.#window.push(message);
    if (message !== null) send(io.to(room), message, offset);
    for (const [client, sent] of this.#behind) if (!this.#window.holdsAfter(sent)) cut(client);
  }

  /** Offsets mean something else from now on: whoever listens is cut off, comes back and reads anew. @param last that of the latest message so far */
  renew(epoch: string, last: number): void {
    this.#epoch = epoch;
    this.#window.renew(last);
    for (const client of this.#listeners) cut(client);
  }

  /** Answers first, then sends what was missed. */
  join(client: Client, heard: Heard | undefined, answer: (reply: JoinReply) => void): void {
    const { room } = this.#options;
    const epoch = this.#epoch;
    this.#window.trim();
    const { last } = this.#window;
    const resumed = heard !== undefined && heard.epoch === epoch && this.#window.holdsAfter(heard.offset);
    this.#listeners.add(client);
    answer({ ok: true, kept: { heard: { epoch, offset: resumed ? heard.offset : last }, resumed } });
    void client.leave(room);
    this.#behind.set(client, resumed ? heard.offset : last);
    this.catchUp(client);
  }

  leave(client: Client): void {
    if (!this.#listeners.delete(client)) return;
    this.#behind.delete(client);
    void client.leave(this.#options.room);
    if (this.#listeners.size === 0) this.#emptySince = this.#options.clock.monotonicMs();
  }

  /** Sends from the window while there is room; who has caught up is sent the rest as it comes. */
  catchUp(client: Client): void {
    let sent = this.#behind.get(client);
    if (sent === undefined) return;
    while (sent < this.#window.last) {
      if (isFull(client)) {
        this.#behind.set(client, sent);
        return;
      }
      const message = this.#window.at(sent + 1);
      if (message === undefined) {
        cut(client);
        return;
      }
      sent++;
      if (message !== null) send(client, message, sent);
    }
    this.#behind.delete(client);
    void client.join(this.#options.room);
  }
}

/** Which body a name has is in `KeptMessage`; the types of Socket.IO lose that for a name that is one of several. */
function send(to: unknown, { name, body }: KeptMessage, offset: number): void {
  (to as { emit(name: KeptName, body: KeptMessage['body'], offset: number): unknown }).emit(name, body, offset);
}
