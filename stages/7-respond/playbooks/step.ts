/** One step of a run, carried on: begun, looked after while it takes its time, tried again, given up. Pure. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import { durationMs } from '@netsentinel/contracts/duration';
import { wordsOfMeasure } from '@netsentinel/contracts/measure-words';
import type { OnFailure } from '@netsentinel/contracts/playbook';
import { kindOfStep, onFailureOf, type PlacedStep, type StepKind } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun, StepState } from '@netsentinel/contracts/playbook-run';
import type { Effect, World } from './advance.types.ts';
import { hash } from './new-run.ts';
import { planBlock, type BlockPlanned } from './plan-block.ts';
import { recipients } from './recipients.ts';
import { sayStep, sayTo } from './say-step.ts';

/** How long a step may take where it does not say. */
const TIMEOUT_MS: Readonly<Record<StepKind, number>> = {
  block: 60_000,
  notify: 5 * 60_000,
  note: 0,
  wait: 0,
  approve: 3_600_000,
};
/** Before the second try; the third waits twice as long. */
const RETRY_MS = 5_000;

const HELD: ReadonlySet<ActionStatus> = new Set(['applied', 'verified', 'simulated']);
const OVER: ReadonlySet<ActionStatus> = new Set(['failed', 'refused', 'expired', 'reverted']);

/** A step at its end. */
export type Settled =
  | { readonly status: 'done' | 'simulated'; readonly detail: string }
  /** `next`: what follows, where it is not what the step says of every failure. */
  | { readonly status: 'failed'; readonly detail: string; readonly next?: OnFailure };

export type StepOutcome = { readonly state: StepState; readonly effects: readonly Effect[] } & (
  | Settled
  /** `note`: worth a line in the audit. */
  | { readonly status: 'running' | 'retrying'; readonly note?: string }
);

export function carryOn(run: PlaybookRun, placed: PlacedStep, state: StepState, world: World): StepOutcome {
  if (state.status === 'pending') return begin(run, placed, { ...state, startedAt: world.now }, world);
  if (state.status === 'retrying') {
    if (world.now < (state.dueAt ?? 0)) return { status: 'retrying', state, effects: [] };
    return begin(run, placed, state, world);
  }
  return look(placed, state, world);
}

function begin(run: PlaybookRun, placed: PlacedStep, before: StepState, world: World): StepOutcome {
  const { step, path } = placed;
  const { incident, now } = world;
  const state: StepState = {
    ...before,
    status: 'running',
    attempts: before.attempts + 1,
    dueAt: deadlineOf(placed, before),
  };
  if (run.mode === 'simulate')
    return { status: 'simulated', state, effects: [], detail: sayStep(step, plan(run, placed, state, world)) };
  const kind = kindOfStep(step);
  switch (kind) {
    case 'note':
      return done(state, 'noted', [note(run, path, step.note!)]);
    case 'notify': {
      const asked = recipients(step.notify!, world.notifiers);
      if (!asked.ok) return failed(state, asked.why);
      const { text } = step.notify!;
      const messages = asked.to.map((name) => ({
        to: name,
        id: `pbn-${hash(run.id, path, String(state.attempts), name)}`,
      }));
      return {
        status: 'running',
        state: { ...state, deliveries: messages.map(({ id }) => id) },
        effects: [{ kind, text, messages }],
      };
    }
    case 'block': {
      const planned = plan(run, placed, state, world);
      if (planned === undefined) return failed(state, 'the incident is gone');
      if (!planned.ok) return failed(state, planned.why);
      const { action } = planned;
      return {
        status: 'running',
        note: 'asked',
        state: { ...state, action: action.id, detail: sayBlock(action) },
        effects: [{ kind, action }],
      };
    }
    case 'wait':
      return { status: 'running', state: { ...state, dueAt: now + durationMs(step.wait!)! }, effects: [] };
    case 'approve': {
      const { question, by } = step.approve!;
      const who = by === undefined ? '' : ` (${by.join(' or ')})`;
      const asks = `${question}${who}; netsentinel playbook approve ${run.id}, or deny`;
      return {
        status: 'running',
        note: 'asked',
        state: { ...state, detail: question },
        effects: incident === undefined ? [] : [note(run, path, asks)],
      };
    }
    default:
      return kind satisfies never;
  }
}

/** A step that runs. */
function look(placed: PlacedStep, state: StepState, world: World): StepOutcome {
  const { step } = placed;
  const isLate = state.dueAt !== undefined && world.now >= state.dueAt;
  const stays: StepOutcome = { status: 'running', state, effects: [] };
  const kind = kindOfStep(step);
  switch (kind) {
    case 'note':
      return done(state, 'noted');
    case 'wait':
      return isLate ? done(state, 'waited') : stays;
    case 'approve':
      if (!isLate) return stays;
      return {
        status: 'failed',
        state,
        effects: [],
        detail: 'nobody answered in time',
        next: step.approve!.onTimeout ?? onFailureOf(step),
      };
    case 'notify': {
      const left = (state.deliveries ?? []).map(world.delivery);
      if (left.includes('dead')) return again(placed, state, 'a message was refused: netsentinel notify dead', world);
      if (left.every((one) => one === undefined)) return done(state, `told ${sayTo(step.notify!)}`);
      return isLate ? failed(state, 'not told in time; the message is still tried') : stays;
    }
    case 'block': {
      const action = world.actions.find(({ id }) => id === state.action);
      if (action === undefined) return again(placed, state, 'it is not known any more', world);
      if (HELD.has(action.status)) return done(state, `${sayBlock(action)}: ${action.status}`);
      const why = action.detail === undefined ? action.status : `${action.status}: ${action.detail}`;
      // What a person or the rules refuse is refused again; what failed may do better.
      if (OVER.has(action.status))
        return action.status === 'failed' ? again(placed, state, why, world) : failed(state, why);
      return isLate ? failed(state, `not in force in time (${why})`) : stays;
    }
    default:
      return kind satisfies never;
  }
}

function plan(
  run: PlaybookRun,
  { path, step }: PlacedStep,
  { attempts }: StepState,
  world: World,
): BlockPlanned | undefined {
  const { incident, actions, policy, now } = world;
  if (incident === undefined || step.block === undefined) return undefined;
  const { id, title } = run.playbook;
  const asked = {
    id: `act-${hash(run.id, path, String(attempts))}`,
    step: step.block,
    reason: `playbook ${id}: ${title}`,
    playbook: { id, run: run.id },
    incident,
    actions,
    now,
  };
  return planBlock(asked, policy);
}

function again(placed: PlacedStep, state: StepState, why: string, { now }: World): StepOutcome {
  const dueAt = now + RETRY_MS * state.attempts;
  const isOver = kindOfStep(placed.step) !== 'wait' && dueAt >= deadlineOf(placed, state);
  if (state.attempts > (placed.step.retry ?? 0) || isOver) return failed(state, why);
  return {
    status: 'retrying',
    note: 'failed, tried again',
    state: { ...state, status: 'retrying', dueAt, detail: why.slice(0, 512) },
    effects: [],
  };
}

function deadlineOf({ step }: PlacedStep, { startedAt = 0 }: StepState): number {
  const given = step.timeout === undefined ? undefined : durationMs(step.timeout);
  return startedAt + (given ?? TIMEOUT_MS[kindOfStep(step)]);
}

function note({ id, playbook }: PlaybookRun, path: string, text: string): Effect {
  return { kind: 'note', text, detail: `Playbook ${playbook.id} v${playbook.version}, ${id}`, mark: `${id}:${path}` };
}

function sayBlock(action: Action): string {
  const { target, expiresAt } = action;
  return `${wordsOfMeasure(action).noun} of ${target} until ${new Date(expiresAt).toISOString()}`;
}

function done(state: StepState, detail: string, effects: readonly Effect[] = []): StepOutcome {
  return { status: 'done', state, detail, effects };
}

function failed(state: StepState, detail: string): StepOutcome {
  return { status: 'failed', state, detail, effects: [] };
}
