/** A step in words, as it would be done. Pure. */
import { durationMs } from '@netsentinel/contracts/duration';
import { MEASURE_WORDS, measureOf } from '@netsentinel/contracts/measure-words';
import type { LeafStep, NotifyStep } from '@netsentinel/contracts/playbook';
import { kindOfStep } from '@netsentinel/contracts/playbook-steps';
import type { BlockPlanned } from './plan-block.ts';

/** `planned`: what a block, or other measure, would be now. */
export function sayStep(step: LeafStep, planned: BlockPlanned | undefined): string {
  const kind = kindOfStep(step);
  switch (kind) {
    case 'block': {
      const { one, verb } = MEASURE_WORDS[measureOf(step.block!)];
      if (planned?.ok === false) return `would not ${verb}: ${planned.why}`;
      const target = planned?.action.target ?? `the ${step.block!.scope}`;
      const length =
        planned === undefined ? step.block!.for : sayMs(planned.action.expiresAt - planned.action.createdAt);
      const by = step.block!.responders === undefined ? '' : ` by ${step.block!.responders.join(', ')}`;
      return `would ask for ${one} of ${target} for ${length}${by}`;
    }
    case 'notify':
      return `would tell ${sayTo(step.notify!)}: ${step.notify!.text}`;
    case 'note':
      return `would note: ${step.note!}`;
    case 'wait':
      return `would wait ${step.wait!}`;
    case 'approve':
      return `would ask ${step.approve!.by?.join(' or ') ?? 'a person'}: ${step.approve!.question}`;
    default:
      return kind satisfies never;
  }
}

/** Whom a message goes to. */
export function sayTo({ to }: Pick<NotifyStep, 'to'>): string {
  return to?.join(', ') ?? 'all notifiers';
}

/** `90m`, the longest unit that it is whole in. */
function sayMs(ms: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    const size = durationMs(`1${unit}`)!;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${Math.round(ms / 1000)}s`;
}
