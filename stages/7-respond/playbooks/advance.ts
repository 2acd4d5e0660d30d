/**
 * Carries a run on as far as it goes now. Pure: the run, the incident and what became of blocks and messages come in; the run as it is then and what
 * is to be written with it come out. Run and effects are stored in one transaction, so a crash in between does neither or both.
 */
import type { OnFailure } from '@netsentinel/contracts/playbook';
import { groupsOf, nameOfKind, onFailureOf, type PlacedStep } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun, StepState } from '@netsentinel/contracts/playbook-run';
import type { Advanced, Effect, World } from './advance.types.ts';
import { nameOf, record, stateOf } from './new-run.ts';
import { carryOn, type Settled } from './step.ts';
import { planUndo, undoNext } from './undo.ts';

const SEVERITY: Readonly<Record<OnFailure, number>> = { continue: 0, stop: 1, compensate: 2 };

export function advance(before: PlaybookRun, world: World): Advanced {
  const run = structuredClone(before);
  const effects: Effect[] = [];
  if (run.status === 'running' && (world.incident === undefined || world.incident.status === 'benign')) {
    const why = world.incident === undefined ? 'the incident is gone' : 'a person said that it is no attack';
    cancel(run, why, world.now);
  }
  if (run.status === 'running') forward(run, world, effects);
  if (run.status === 'compensating') backward(run, world, effects);
  const dueAt = nextAt(run);
  delete run.dueAt;
  if (dueAt !== undefined) run.dueAt = dueAt;
  run.updatedAt = world.now;
  return { run, effects };
}

/** Ends a run where it is; the run is changed in place. What it did stays done. */
export function cancel(run: PlaybookRun, why: string, now: number, by?: string): void {
  skipRest(run, now);
  end(run, 'cancelled', why, by);
}

/** Begins to take back what it did; the run is changed in place. */
export function compensate(run: PlaybookRun, why: string, now: number, by?: string): void {
  skipRest(run, now);
  run.undo = planUndo(run);
  run.status = 'compensating';
  run.detail = why.slice(0, 512);
  record(run, { step: '', what: 'run', outcome: 'compensating', detail: why, ...(by === undefined ? {} : { by }) });
}

/** Brings a step to its end, as itself or a person decided; the run is changed in place. */
export function settle(
  run: PlaybookRun,
  { path, step }: PlacedStep,
  outcome: Settled & { readonly by?: string },
  now: number,
): void {
  const { status, detail, by } = outcome;
  const { dueAt: _, ...before } = stateOf(run, path);
  change(run, path, () => ({
    ...before,
    status,
    endedAt: now,
    detail: detail.slice(0, 512),
    ...(outcome.status === 'failed' ? { next: outcome.next ?? onFailureOf(step) } : {}),
  }));
  record(run, {
    step: nameOf({ path, step }),
    what: nameOfKind(step),
    outcome: status,
    detail,
    ...(by === undefined ? {} : { by }),
  });
}

function forward(run: PlaybookRun, world: World, effects: Effect[]): void {
  for (const group of groupsOf(run.playbook)) {
    for (const placed of group) {
      const state = stateOf(run, placed.path);
      if (isFinal(state)) continue;
      const outcome = carryOn(run, placed, state, world);
      effects.push(...outcome.effects);
      if (!('detail' in outcome)) {
        change(run, placed.path, () => outcome.state);
        if (outcome.note !== undefined)
          record(run, {
            step: nameOf(placed),
            what: nameOfKind(placed.step),
            outcome: outcome.note,
            detail: outcome.state.detail ?? '',
          });
      } else {
        change(run, placed.path, () => outcome.state);
        settle(run, placed, outcome, world.now);
      }
    }
    const states = group.map(({ path }) => stateOf(run, path));
    if (!states.every(isFinal)) return;
    const failed = group.filter(({ path }) => stateOf(run, path).status === 'failed');
    const worst = failed.toSorted((a, b) => weight(run, b) - weight(run, a))[0];
    if (worst === undefined || weight(run, worst) === 0) continue;
    const why = `step ${nameOf(worst)} failed: ${stateOf(run, worst.path).detail ?? ''}`;
    if (weight(run, worst) === SEVERITY.compensate) return compensate(run, why, world.now);
    skipRest(run, world.now);
    return end(run, 'failed', why);
  }
  end(run, 'done', run.mode === 'simulate' ? 'simulated: nothing was done' : '');
}

function weight(run: PlaybookRun, { path }: PlacedStep): number {
  return SEVERITY[stateOf(run, path).next ?? 'stop'];
}

function backward(run: PlaybookRun, world: World, effects: Effect[]): void {
  for (let at = 0; at < run.undo.length; at++) {
    const undo = run.undo[at]!;
    if (undo.status === 'done' || undo.status === 'failed') continue;
    const outcome = undoNext(run, undo, world);
    effects.push(...outcome.effects);
    run.undo[at] = outcome.undo;
    if (outcome.undo.status === 'running') return;
    record(run, {
      step: outcome.name,
      what: `undo ${outcome.kind}`,
      outcome: outcome.undo.status,
      detail: outcome.undo.detail ?? '',
    });
  }
  end(run, 'compensated', run.detail ?? '');
}

function end(
  run: PlaybookRun,
  status: 'done' | 'failed' | 'compensated' | 'cancelled',
  why: string,
  by?: string,
): void {
  run.status = status;
  if (why !== '') run.detail = why.slice(0, 512);
  record(run, { step: '', what: 'run', outcome: status, detail: why, ...(by === undefined ? {} : { by }) });
}

function skipRest(run: PlaybookRun, now: number): void {
  run.steps = run.steps.map(({ dueAt, ...state }) =>
    isFinal(state)
      ? { ...state, ...(dueAt === undefined ? {} : { dueAt }) }
      : { ...state, status: 'skipped', endedAt: now },
  );
}

function isFinal({ status }: Pick<StepState, 'status'>): boolean {
  return status === 'done' || status === 'failed' || status === 'skipped' || status === 'simulated';
}

function change(run: PlaybookRun, path: string, to: (state: StepState) => StepState): void {
  run.steps = run.steps.map((state) => (state.path === path ? to(state) : state));
}

/** The soonest of all that waits. */
function nextAt({ status, steps, undo }: PlaybookRun): number | undefined {
  if (status !== 'running' && status !== 'compensating') return undefined;
  const times = [...steps.filter((one) => !isFinal(one)), ...undo].flatMap(({ dueAt }) => dueAt ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
