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

export class Sessions {
  readonly #known = new Map<string, Session>();

  /** The session of this process; a new one where it is not known. Without a process id nothing is remembered. */
  of(host: string | undefined, pid: number | undefined): Session {
    if (pid === undefined) return { owed: false, blamed: false };
    const key = `${host ?? ''} ${pid}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const session: Session = { owed: false, blamed: false };
    if (this.#known.size >= MAX_SESSIONS) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, session);
    return session;
  }

  /** The process has ended, or serves the next client: its number says nothing any more. */
  forget(host: string | undefined, pid: number | undefined): void {
    this.#known.delete(`${host ?? ''} ${pid}`);
  }
}
