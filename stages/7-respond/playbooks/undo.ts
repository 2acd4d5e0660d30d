/** What a run did, taken back: the newest step first, each by its `compensate`. Pure. */
import type { ActionStatus } from '@netsentinel/contracts/action';
import type { LeafStep, UndoStep } from '@netsentinel/contracts/playbook';
import { groupsOf, nameOfKind } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun, UndoState } from '@netsentinel/contracts/playbook-run';
import type { Effect, NoteEffect, World } from './advance.types.ts';
import { hash, nameOf, stateOf } from './new-run.ts';
import { recipients } from './recipients.ts';
import { sayTo } from './say-step.ts';

/** Until the enforcer is asked once more. */
const ASK_AGAIN_MS = 5_000;
/** From then on a block, or other measure, is left to its own end. */
const GIVE_UP_MS = 10 * 60_000;
/** In these the block is gone, or was never made. */
const GONE: ReadonlySet<ActionStatus> = new Set(['reverted', 'expired', 'refused']);

export function planUndo(run: PlaybookRun): UndoState[] {
  const placed = groupsOf(run.playbook).flat();
  return placed
    .map((one, order) => ({ ...one, order, state: stateOf(run, one.path) }))
    .filter(({ state }) => state.status !== 'skipped' || state.action !== undefined)
    .filter(({ state }) => state.status !== 'pending' && state.status !== 'simulated')
    .toSorted((a, b) => (b.state.endedAt ?? 0) - (a.state.endedAt ?? 0) || b.order - a.order)
    .flatMap(({ path, step, state }) =>
      undoOf(step).flatMap((one, index): UndoState[] => {
        // A step that failed has done nothing, but for a block that may still come into force.
        const applies = one.revert === true ? state.action !== undefined : state.status === 'done';
        return applies ? [{ path, index, status: 'pending' }] : [];
      }),
    );
}

export interface Undone {
  readonly undo: UndoState;
  readonly effects: readonly Effect[];
  /** The step's name. */
  readonly name: string;
  readonly kind: string;
}

export function undoNext(run: PlaybookRun, undo: UndoState, world: World): Undone {
  const placed = groupsOf(run.playbook)
    .flat()
    .find(({ path }) => path === undo.path)!;
  const step = undoOf(placed.step)[undo.index]!;
  const name = nameOf(placed);
  if (step.revert === true) return { ...revert(run, undo, world), name, kind: nameOfKind(placed.step) };
  if (step.note !== undefined) {
    const done: UndoState = { ...undo, status: 'done', detail: 'noted' };
    return { undo: done, effects: [noteOf(run, undo, step.note)], name, kind: 'note' };
  }
  const asked = recipients(step.notify!, world.notifiers);
  if (!asked.ok) return { undo: { ...undo, status: 'failed', detail: asked.why }, effects: [], name, kind: 'notify' };
  const messages = asked.to.map((to) => ({ to, id: `pbn-${hash(markOf(run, undo), to)}` }));
  const done: UndoState = { ...undo, status: 'done', detail: `told ${sayTo(step.notify!)}` };
  return { undo: done, effects: [{ kind: 'notify', text: step.notify!.text, messages }], name, kind: 'notify' };
}

function revert(run: PlaybookRun, undo: UndoState, { actions, now }: World): Pick<Undone, 'undo' | 'effects'> {
  const id = stateOf(run, undo.path).action ?? '';
  const action = actions.find((one) => one.id === id);
  const { dueAt: _, ...rest } = undo;
  if (action === undefined || GONE.has(action.status) || action.expiresAt <= now) {
    const detail = action === undefined ? 'it is not known any more' : `${action.status} ${action.target}`;
    return { undo: { ...rest, status: 'done', detail }, effects: [] };
  }
  const startedAt = undo.startedAt ?? now;
  if (now - startedAt >= GIVE_UP_MS) {
    const until = new Date(action.expiresAt).toISOString();
    return {
      undo: { ...rest, status: 'failed', detail: `the enforcer did not take it back; it ends ${until}` },
      effects: [],
    };
  }
  const waiting: UndoState = { ...rest, status: 'running', startedAt };
  if (undo.dueAt !== undefined && now < undo.dueAt) return { undo: { ...waiting, dueAt: undo.dueAt }, effects: [] };
  const reason = `playbook ${run.playbook.id}: ${run.detail ?? 'taken back'}`.slice(0, 512);
  return { undo: { ...waiting, dueAt: now + ASK_AGAIN_MS }, effects: [{ kind: 'revert', action: id, reason }] };
}

function undoOf(step: LeafStep): readonly UndoStep[] {
  return step.compensate ?? (step.block === undefined ? [] : [{ revert: true }]);
}

function noteOf(run: PlaybookRun, undo: UndoState, text: string): NoteEffect {
  const { playbook, id } = run;
  const detail = `Playbook ${playbook.id} v${playbook.version}, ${id}`;
  return { kind: 'note', text, detail, mark: markOf(run, undo) };
}

function markOf({ id }: PlaybookRun, { path, index }: UndoState): string {
  return `${id}:${path}:undo${index}`;
}
