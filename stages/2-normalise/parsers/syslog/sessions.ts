/** What is remembered of a process that serves one client, so that a line without an address finds the one that an earlier line told. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';

export interface Session {
  source?: EcsEndpoint | undefined;
  /** The client did something wrong, and no line that names it has said so yet. */
  owed: boolean;
  /** The client was blamed for how its connection ends. */
  blamed: boolean;
}

const MAX_SESSIONS = 4096;
/** A process that says nothing for so long has gone, and its number may be another's: sshd gives two minutes to log in. */
const FORGET_AFTER_MS = 5 * 60_000;

interface Known extends Session {
  seenMs: number;
}

export class Sessions {
  readonly #known = new Map<string, Known>();

  /** The session of this process; a new one where it is not known. Without a process id nothing is remembered. */
  of(host: string | undefined, pid: number | undefined, ms = 0): Session {
    if (pid === undefined) return { owed: false, blamed: false };
    const key = `${host ?? ''} ${pid}`;
    const known = this.#known.get(key);
    if (known !== undefined && Math.abs(ms - known.seenMs) <= FORGET_AFTER_MS) {
      known.seenMs = ms;
      return known;
    }
    const session: Known = { owed: false, blamed: false, seenMs: ms };
    if (this.#known.size >= MAX_SESSIONS) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, session);
    return session;
  }
}
