/** ACL LOG: who was refused what, the newest first; the same again within a minute is counted. */

const MAX_ENTRIES = 128;
const MAX_TEXT = 256;
const SAME_MS = 60_000;

export interface AclRefusal {
  readonly reason: 'auth' | 'command' | 'key' | 'channel';
  readonly context: 'toplevel' | 'multi' | 'lua';
  readonly object: string;
  readonly username: string;
  /** As CLIENT LIST shows who it was. */
  readonly client: string;
}

export interface AclLogEntry extends AclRefusal {
  count: number;
  at: number;
}

export class AclLog {
  #entries: AclLogEntry[] = [];

  add({ object, username, ...refusal }: AclRefusal, now: number): void {
    const kept = { ...refusal, object: object.slice(0, MAX_TEXT), username: username.slice(0, MAX_TEXT) };
    const known = this.#entries.findIndex(
      (entry) =>
        entry.reason === kept.reason &&
        entry.context === kept.context &&
        entry.object === kept.object &&
        entry.username === kept.username &&
        now - entry.at < SAME_MS,
    );
    const [before] = known < 0 ? [] : this.#entries.splice(known, 1);
    this.#entries.unshift({ ...kept, count: (before?.count ?? 0) + 1, at: now });
    this.#entries.length = Math.min(this.#entries.length, MAX_ENTRIES);
  }

  newest(count: number): readonly AclLogEntry[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }
}
