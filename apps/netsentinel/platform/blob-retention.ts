/** How much uploads and recordings may take, and that those of open incidents are the last to go. */
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { BlobStore, Spared } from '@netsentinel/contracts/blob-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';

const PAGE = 500;
/** Some 20 MB of memory. */
const MAX_NAMES = 100_000;
/** Of a recording; a longer name is none. */
const MAX_NAME = 128;
const NOTHING: Spared = { blobs: new Set(), recordings: new Set() };

export interface BlobRetentionPorts {
  readonly blobs: Pick<BlobStore, 'retain' | 'measured'>;
  readonly state: Pick<StateStore, 'read' | 'transaction'>;
  readonly log: Logger;
  readonly maxBytes: number;
}

/**
 * Drops the oldest until at most `maxBytes` remain. What open incidents tell of goes only where it takes more by itself: the attacker decides how much that is, and
 * must not fill the disk. A session whose incident is not written yet is spared by its age: it is being recorded, or was a moment ago.
 */
export async function retainBlobs({ blobs, state, log, maxBytes }: BlobRetentionPorts): Promise<void> {
  await blobs.retain(maxBytes, () => ofOpenIncidents(state));
  if ((blobs.measured() ?? 0) <= maxBytes) return;
  const bytes = await blobs.retain(maxBytes, async () => NOTHING);
  if (bytes > 0) log.warn('uploads and recordings of open incidents dropped: the others were not enough', { bytes });
}

/** What incidents that are not over tell of, at most `MAX_NAMES`: those that were active last first. */
async function ofOpenIncidents(state: BlobRetentionPorts['state']): Promise<Spared> {
  const blobs = new Set<string>();
  const recordings = new Set<string>();
  for (const id of await openIncidents(state)) {
    const incident = await state.read.incident(id);
    for (const { sha256 } of incident?.files ?? []) if (sha256 !== undefined) blobs.add(sha256);
    // Where the decoy host was killed, no event has told of the recording; it is called as its session.
    for (const session of incident?.sessions ?? []) {
      const name = session.recording ?? session.id;
      if (name.length <= MAX_NAME) recordings.add(name);
    }
    if (blobs.size + recordings.size >= MAX_NAMES) break;
    // Each of them is a whole story to parse, and there may be thousands.
    await othersFirst();
  }
  return { blobs, recordings };
}

/** Ids. In one transaction: an incident that goes on while the pages are read would move to the front of them, and be in none. */
function openIncidents(state: BlobRetentionPorts['state']): Promise<readonly string[]> {
  return state.transaction(async (tx) => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await tx.incidents({
        status: ['open', 'contained'],
        recorded: false,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const { id } of page.incidents) ids.push(id);
      after = page.next;
    } while (after !== undefined && ids.length < MAX_NAMES);
    return ids;
  });
}
