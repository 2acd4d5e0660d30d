/** Whose server is whose: in use while somebody is connected, kept for a while after that, and forgotten when others need the room. */
import type { Actor } from '@netsentinel/contracts/actor';
import type { RedisServer } from './redis-server.ts';

/** Of all servers that are kept for attackers who are not connected. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

export interface Lease {
  readonly server: RedisServer;
  readonly release: () => void;
}

export class ServerLeases {
  readonly #used = new Map<Actor, { readonly server: RedisServer; users: number }>();
  /** Those that nobody is connected to, the longest unseen first. */
  readonly #idle = new Map<Actor, { readonly server: RedisServer; readonly bytes: number }>();
  #idleBytes = 0;
  readonly #create: () => RedisServer;
  readonly #maxIdle: number;

  /** @param maxIdle servers that are kept for attackers who are not connected */
  constructor(create: () => RedisServer, maxIdle: number) {
    this.#create = create;
    this.#maxIdle = maxIdle;
  }

  take(actor: Actor): Lease {
    const entry = this.#used.get(actor) ?? { server: this.#wake(actor) ?? this.#create(), users: 0 };
    entry.users++;
    this.#used.set(actor, entry);
    return {
      server: entry.server,
      release: () => {
        if (--entry.users > 0) return;
        this.#used.delete(actor);
        this.#rest(actor, entry.server);
      },
    };
  }

  #wake(actor: Actor): RedisServer | undefined {
    const kept = this.#idle.get(actor);
    if (kept === undefined) return undefined;
    this.#idle.delete(actor);
    this.#idleBytes -= kept.bytes;
    return kept.server;
  }

  #rest(actor: Actor, server: RedisServer): void {
    // What it holds does not change while nobody is there.
    const bytes = server.heldBytes;
    this.#idle.set(actor, { server, bytes });
    this.#idleBytes += bytes;
    for (const longest of this.#idle.keys()) {
      if (this.#idle.size <= this.#maxIdle && this.#idleBytes <= MAX_IDLE_BYTES) return;
      this.#wake(longest);
    }
  }
}
