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

const WINDOW = { messages: 4096, bytes: 4 * 1024 * 1024 };
/** So long after the last listener has gone messages are still kept for its return. */
const AWAY_MS = 5 * 60_000;

type KeptName = 'incident' | 'work' | 'action';
type Message = {
  readonly [K in KeptName]: { readonly name: K; readonly body: Parameters<ServerToClient[K]>[0] };
}[KeptName];

export interface KeptFeedOptions {
  readonly io: Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>;
  readonly room: KeptRoom;
  /** Of this start of the platform. */
  readonly epoch: string;
  readonly clock: Clock;
}

export class KeptFeed {
  readonly #options: KeptFeedOptions;
  readonly #window = new FeedWindow<Message>(WINDOW);
  readonly #listeners = new Set<Client>();
  /** Those who do not keep up, and the offset that each was sent last. They are not in the room. */
  readonly #behind = new Map<Client, number>();
  #emptySince = Number.NEGATIVE_INFINITY;

  constructor(options: KeptFeedOptions) {
    this.#options = options;
  }

  /** Whether anybody listens, or may come back for what it missed. */
  get isWanted(): boolean {
    return this.#listeners.size > 0 || this.#options.clock.monotonicMs() - this.#emptySince < AWAY_MS;
  }

  publish(message: Message): void {
    const { io, room } = this.#options;
    if (!this.isWanted) {
      this.#window.skip();
      return;
    }
    const before = this.#window.last;
    for (const client of this.#listeners)
      if (!this.#behind.has(client) && isFull(client)) {
        this.#behind.set(client, before);
        void client.leave(room);
      }
    const offset = this.#window.push(message);
    send(io.to(room), message, offset);
    for (const [client, sent] of this.#behind) if (!this.#window.holdsAfter(sent)) cut(client);
  }

  /** Answers first, then sends what was missed. */
  join(client: Client, heard: Heard | undefined, answer: (reply: JoinReply) => void): void {
    const { epoch, room } = this.#options;
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
      send(client, message, ++sent);
    }
    this.#behind.delete(client);
    void client.join(this.#options.room);
  }
}

/** Which body a name has is in `Message`; the types of Socket.IO lose that for a name that is one of several. */
function send(to: unknown, { name, body }: Message, offset: number): void {
  (to as { emit(name: KeptName, body: Message['body'], offset: number): unknown }).emit(name, body, offset);
}
