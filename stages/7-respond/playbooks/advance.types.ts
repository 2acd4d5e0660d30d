/** What a run needs to know to be carried on, and what is written with it. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { BlockPolicy } from './plan-block.ts';

export interface World {
  /** Undefined where it is gone from the store. */
  readonly incident: Incident | undefined;
  /** The incident's blocks. */
  readonly actions: readonly Action[];
  /** A message by its id: undefined once it was taken. */
  readonly delivery: (id: string) => 'waiting' | 'dead' | undefined;
  /** Names of notifiers that there are. */
  readonly notifiers: ReadonlySet<string>;
  readonly policy: BlockPolicy;
  readonly now: number;
}

/** A line in the incident's story; the same `mark` twice is one line. */
export interface NoteEffect {
  readonly kind: 'note';
  readonly text: string;
  readonly detail: string;
  readonly mark: string;
}

/** One message to each; their ids make them known again. */
export interface NotifyEffect {
  readonly kind: 'notify';
  readonly text: string;
  readonly messages: readonly { readonly id: string; readonly to: string }[];
}

export interface BlockEffect {
  readonly kind: 'block';
  readonly action: Action;
}

/** Once the run is stored, the enforcer is asked; and asked again until the block is gone. */
export interface RevertEffect {
  readonly kind: 'revert';
  readonly action: string;
  readonly reason: string;
}

export type Effect = NoteEffect | NotifyEffect | BlockEffect | RevertEffect;

export interface Advanced {
  readonly run: PlaybookRun;
  readonly effects: readonly Effect[];
}
