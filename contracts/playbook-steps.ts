/** The steps of a playbook as they follow on each other, and what each does. Apart from their schemas, so that who only shows them need not carry those. */
import type { LeafStep, OnFailure, Playbook } from './playbook.ts';

export const KINDS = ['block', 'notify', 'note', 'wait', 'approve'] as const;
export type StepKind = (typeof KINDS)[number];

export interface PlacedStep {
  /** `2`, or `3.1` in a parallel group: counted from one. */
  readonly path: string;
  readonly step: LeafStep;
}

/** The steps as they follow on each other; those of one group run at the same time. */
export function groupsOf({ steps }: Pick<Playbook, 'steps'>): readonly (readonly PlacedStep[])[] {
  return steps.map((step, i) =>
    step.parallel === undefined
      ? [{ path: `${i + 1}`, step }]
      : step.parallel.map((one, j) => ({ path: `${i + 1}.${j + 1}`, step: one })),
  );
}

/** What follows when the step fails. */
export function onFailureOf({ onFailure = 'stop' }: Pick<LeafStep, 'onFailure'>): OnFailure {
  return onFailure;
}

export function kindOfStep(step: LeafStep): StepKind {
  return KINDS.find((kind) => step[kind] !== undefined)!;
}

/** What lists and the audit say that a step does: its kind, of a block's its measure. */
export function nameOfKind(step: LeafStep): string {
  return step.block?.measure ?? kindOfStep(step);
}
