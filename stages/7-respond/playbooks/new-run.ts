/** Runs of playbooks at their beginning, and the lines that tell the audit of them. Pure. */
import { createHash } from 'node:crypto';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Playbook } from '@netsentinel/contracts/playbook';
import { groupsOf, type PlacedStep } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun, StepState } from '@netsentinel/contracts/playbook-run';
import type { PlaybookRecord } from '@netsentinel/contracts/playbook-record';

const MAX_UNCONFIRMED = 512;

/** What a run is of: once an incident, or once an attacker. A run that was simulated does not count where it is to be run. */
export function runId(playbook: Playbook, incident: Pick<Incident, 'id' | 'actor'>, mode: PlaybookRun['mode']): string {
  const of = playbook.once === 'attacker' ? incident.actor : incident.id;
  return `run-${hash(playbook.id, mode, playbook.once, of)}`;
}

export function newRun(
  playbook: Playbook,
  incident: Pick<Incident, 'id' | 'actor'>,
  mode: PlaybookRun['mode'],
  now: number,
): PlaybookRun {
  const run: PlaybookRun = {
    id: runId(playbook, incident, mode),
    playbook,
    mode,
    incident: incident.id,
    actor: incident.actor,
    status: 'running',
    startedAt: now,
    updatedAt: now,
    dueAt: now,
    steps: groupsOf(playbook)
      .flat()
      .map(({ path }) => ({ path, status: 'pending', attempts: 0 })),
    undo: [],
    recorded: 0,
    unconfirmed: [],
  };
  record(run, { step: '', what: 'run', outcome: 'started', detail: playbook.title });
  return run;
}

/** Notes a line for the audit; the run is changed in place. */
export function record(
  run: PlaybookRun,
  line: Pick<PlaybookRecord, 'step' | 'what' | 'outcome' | 'detail'> & { readonly by?: string },
): void {
  const { id, playbook, mode, incident } = run;
  run.recorded++;
  // Steps and tries are few; where the audit cannot be reached for ever, the run's own steps still tell it.
  if (run.unconfirmed.length >= MAX_UNCONFIRMED) return;
  run.unconfirmed.push({
    id: `${id}/${run.recorded}`,
    run: id,
    playbook: playbook.id,
    version: playbook.version,
    mode,
    incident,
    ...line,
    detail: line.detail.slice(0, 512),
  });
}

/** A short name for these parts together, the same each time. */
export function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

export function stateOf(run: PlaybookRun, path: string): StepState {
  return run.steps.find((one) => one.path === path)!;
}

/** How lists and the audit call a step. */
export function nameOf({ path, step }: PlacedStep): string {
  return step.id ?? path;
}
