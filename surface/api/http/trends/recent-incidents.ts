/** Incidents of the last time, as many as can be looked at. */
import { setImmediate } from 'node:timers/promises';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { StateReader } from '@netsentinel/contracts/state-store';

const PAGE = 500;
const MAX_INCIDENTS = 10_000;

export interface RecentIncidents {
  /** The last seen first. */
  readonly incidents: readonly IncidentSummary[];
  /** False where there are more of this time than are looked at. */
  readonly isWhole: boolean;
}

/** Those seen at this time (epoch ms) or later. */
export async function recentIncidents(
  read: Pick<StateReader, 'incidents'>,
  from: number,
  { most = MAX_INCIDENTS, recorded }: { readonly most?: number; readonly recorded?: boolean } = {},
): Promise<RecentIncidents> {
  const incidents: IncidentSummary[] = [];
  let after: string | undefined;
  do {
    const page = await read.incidents({
      limit: Math.min(PAGE, most),
      ...(recorded === undefined ? {} : { recorded }),
      ...(after === undefined ? {} : { after }),
    });
    for (const one of page.incidents) {
      if (one.lastSeen < from) return { incidents, isWhole: true };
      if (incidents.length === most) return { incidents, isWhole: false };
      incidents.push(one);
    }
    after = page.next;
    // An embedded store answers at once: others have their turn in between.
    await setImmediate();
  } while (after !== undefined);
  return { incidents, isWhole: true };
}
