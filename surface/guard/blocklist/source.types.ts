/** Where a blocklist comes from. */
import type { Feed } from './feed.ts';

export interface BlocklistSource {
  readonly feed: Feed;
  /** Resolves when the list was read for the first time; never rejects, and not at all while nothing answers. */
  readonly first: Promise<void>;
  close(): void;
}

/** What a source tells of itself; `why` may hold a server's words. */
export type SourceLog = (message: string, why?: string) => void;

export interface SourceContext {
  readonly feed: Feed;
  readonly log: SourceLog;
}
