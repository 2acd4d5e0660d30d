/** Rooms whose messages may be missed: sampled above a rate, kept from clients that are slow, and each client is told how many it was not sent. */
import type { Server } from 'socket.io';
import type { Clock } from '@netsentinel/contracts/clock';
import type { ClientToServer, ServerToClient } from '@netsentinel/contracts/live';
import { ROOM_OF, type PassingRoom } from '@netsentinel/contracts/live-rooms';
import { isFull, type Client, type ClientData } from './client-queue.ts';

/** Messages a second that a client is sent at most; a person reads less. */
export const PER_SECOND: Readonly<Partial<Record<PassingRoom, number>>> = { events: 25, sessions: 25, anomalies: 10 };
const SECOND_MS = 1_000;

type PassingName = {
  [K in keyof typeof ROOM_OF]: (typeof ROOM_OF)[K] extends PassingRoom ? K : never;
}[keyof typeof ROOM_OF];

export class PassingRooms {
  readonly #io: Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>;
  readonly #clock: Clock;
  readonly #samplers = new Map<PassingRoom, Sampler>();

  constructor(io: Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>, clock: Clock) {
    this.#io = io;
    this.#clock = clock;
  }

  /** `make` is only called where somebody is sent what it makes. */
  publish<K extends PassingName>(name: K, make: () => Parameters<ServerToClient[K]>[0]): void {
    const room: PassingRoom = ROOM_OF[name];
    const members = this.#membersOf(room);
    if (members.length === 0) return;
    if (!this.#mayPass(room)) {
      for (const client of members) miss(client, room);
      return;
    }
    const slow = members.filter(isFull);
    for (const client of slow) miss(client, room);
    if (slow.length === members.length) return;
    this.#io
      .to(room)
      .except(slow.map(({ id }) => id))
      .emit(name, ...([make()] as never));
  }

  /** To be called each second. */
  tellMissed(clients: Iterable<Client>): void {
    for (const client of clients) {
      const { missed } = client.data;
      if (missed.size === 0 || isFull(client)) continue;
      client.emit('missed', Object.fromEntries(missed));
      missed.clear();
    }
  }

  #membersOf(room: PassingRoom): Client[] {
    const { adapter, sockets } = this.#io.of('/');
    const members: Client[] = [];
    for (const id of adapter.rooms.get(room) ?? []) {
      const client = sockets.get(id);
      if (client !== undefined) members.push(client);
    }
    return members;
  }

  #mayPass(room: PassingRoom): boolean {
    const most = PER_SECOND[room];
    if (most === undefined) return true;
    let sampler = this.#samplers.get(room);
    if (sampler === undefined) this.#samplers.set(room, (sampler = new Sampler(most)));
    return sampler.take(this.#clock.monotonicMs());
  }
}

/** Lets one in so many through that about `most` a second pass, spread over the second as the one before it was; never more than `most`. */
export class Sampler {
  readonly #most: number;
  #second = Number.NaN;
  #seen = 0;
  #passed = 0;
  #stride = 1;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param nowMs monotonic */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.#second) {
      this.#stride = second === this.#second + 1 ? Math.max(1, Math.ceil(this.#seen / this.#most)) : 1;
      this.#second = second;
      this.#seen = 0;
      this.#passed = 0;
    }
    if (this.#seen++ % this.#stride !== 0 || this.#passed >= this.#most) return false;
    this.#passed++;
    return true;
  }
}

function miss({ data: { missed } }: Client, room: PassingRoom): void {
  missed.set(room, (missed.get(room) ?? 0) + 1);
}
