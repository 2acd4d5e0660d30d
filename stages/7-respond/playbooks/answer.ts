/** A person's answer to the step of a run that asks for one. Pure. */
import { groupsOf } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { settle } from './advance.ts';
import { nameOf, stateOf } from './new-run.ts';

export interface Answer {
  readonly word: 'approve' | 'deny';
  /** Who it is, for the audit: `cli:alice`, `cli:alice as root`. */
  readonly by: string;
  readonly reason: string;
  /** The step's name or place, where several ask; the first of them without it. */
  readonly step?: string;
}

/** The run is changed in place. @throws NetSentinelError `PLAYBOOK_NOT_ASKING`, `PLAYBOOK_NOT_ASKED_OF_YOU` */
export function answer(run: PlaybookRun, { word, by, reason, step: wanted }: Answer, now: number): void {
  const placed = groupsOf(run.playbook)
    .flat()
    .find(
      (one) =>
        one.step.approve !== undefined &&
        stateOf(run, one.path).status === 'running' &&
        (wanted === undefined || nameOf(one) === wanted || one.path === wanted),
    );
  const dueAt = placed === undefined ? undefined : stateOf(run, placed.path).dueAt;
  if (placed === undefined || run.status !== 'running' || (dueAt !== undefined && now >= dueAt))
    throw new NetSentinelError('PLAYBOOK_NOT_ASKING', 'user', 'this run does not wait for a person', {
      hint: '`netsentinel playbook runs` says what each waits for.',
    });
  const named = placed.step.approve!.by;
  if (named !== undefined && !named.includes(accountOf(by)))
    throw new NetSentinelError('PLAYBOOK_NOT_ASKED_OF_YOU', 'user', `only ${named.join(' or ')} may answer`, {
      hint: 'Run it as one of them; with sudo it counts who you are.',
    });
  const detail = `${by} ${word === 'approve' ? 'approved' : 'denied'} it${reason === '' ? '' : `: ${reason}`}`;
  settle(run, placed, { status: word === 'approve' ? 'done' : 'failed', detail, by }, now);
}

/** The account in the command line's word for a person. */
function accountOf(by: string): string {
  return /^cli:(\S+)/.exec(by)?.[1] ?? by;
}
