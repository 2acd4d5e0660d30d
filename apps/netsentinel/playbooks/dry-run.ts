/** What a playbook would have done about past incidents: whether it would have run, from when on, and which steps. Changes nothing. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { groupsOf } from '@netsentinel/contracts/playbook-steps';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { advance } from '@netsentinel/respond/playbooks/advance';
import { factsOf } from '@netsentinel/respond/playbooks/facts';
import { newRun, nameOf, stateOf } from '@netsentinel/respond/playbooks/new-run';
import type { BlockPolicy } from '@netsentinel/respond/playbooks/plan-block';
import { growthOf } from './growth.ts';
import type { ReadPlaybook } from './playbook-files.ts';

const PAGE = 500;
const MAX_ACTIONS = 64;

export interface DryRun {
  readonly incident: string;
  readonly actor: string;
  readonly title: string;
  /** As it stands today: a playbook that would have run for what was no attack is worth a look. */
  readonly status: Incident['status'];
  readonly firstSeen: number;
  /** Not there where it would not have run. */
  readonly at?: number;
  /** Why not, where its conditions held. */
  readonly why?: string;
  readonly steps: readonly { readonly step: string; readonly what: string }[];
}

/** Incidents last seen at or after `since` (epoch ms), oldest first. `most`: so many incidents at most. */
export async function dryRun(
  one: ReadPlaybook,
  state: StateReader,
  { since, policy, most = 10_000 }: { readonly since: number; readonly policy: BlockPolicy; readonly most?: number },
): Promise<DryRun[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ids.length < most;) {
    const page = await state.incidents({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    const recent = page.incidents.filter(({ lastSeen }) => lastSeen >= since);
    ids.push(...recent.map(({ id }) => id));
    after = page.next;
    if (after === undefined || recent.length < page.incidents.length) break;
  }
  const found: DryRun[] = [];
  for (const id of ids.slice(0, most)) {
    const incident = await state.incident(id);
    if (incident === undefined) continue;
    found.push(judge(one, incident, await state.actions({ incident: id, limit: MAX_ACTIONS }), policy));
  }
  return once(one, found);
}

/** One incident. Pure. */
export function judge(
  { playbook, matches }: ReadPlaybook,
  whole: Incident,
  all: readonly Action[],
  policy: BlockPolicy,
): DryRun {
  const { id, actor, title, status, firstSeen } = whole;
  const told = { incident: id, actor, title, status, firstSeen };
  for (const { at, incident } of growthOf(whole)) {
    const actions = all
      .filter(({ createdAt }) => createdAt <= at)
      .map((action) => (action.updatedAt <= at ? action : { ...action, status: 'planned' as const }));
    if (!matches(factsOf({ incident, actions, now: at, zone: playbook.zone }))) continue;
    const world = { incident, actions, policy, now: at, notifiers: new Set<string>(), delivery: () => undefined };
    const { run } = advance(newRun(playbook, incident, 'simulate', at), world);
    const steps = groupsOf(playbook)
      .flat()
      .map((placed) => ({ step: nameOf(placed), what: stateOf(run, placed.path).detail ?? '' }));
    return { ...told, at, steps };
  }
  return { ...told, steps: [] };
}

/** A playbook that runs once an attacker would have run for the first of their incidents. */
function once({ playbook }: ReadPlaybook, found: readonly DryRun[]): DryRun[] {
  const sorted = found.toSorted((a, b) => (a.at ?? a.firstSeen) - (b.at ?? b.firstSeen));
  if (playbook.once === 'incident') return sorted;
  const seen = new Set<string>();
  return sorted.map((one) => {
    if (one.at === undefined) return one;
    if (!seen.has(one.actor)) {
      seen.add(one.actor);
      return one;
    }
    const { at: _, ...rest } = one;
    return { ...rest, steps: [], why: 'it had run for this attacker before' };
  });
}
