/** What the runner of playbooks is given. */
import type { Action } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Logger } from '@netsentinel/contracts/log';
import type { Playbook } from '@netsentinel/contracts/playbook';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { PlaybookRecord } from '@netsentinel/contracts/playbook-record';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { NoteEffect, NotifyEffect } from './advance.types.ts';
import type { BlockPolicy } from './plan-block.ts';
import type { PlaybooksConfig } from './playbooks.config.ts';

export interface LoadedPlaybook {
  readonly playbook: Playbook;
  readonly mode: PlaybookRun['mode'];
  /** Whether its conditions hold of these facts (`facts.ts`). */
  readonly matches: (facts: Readonly<Record<string, unknown>>) => boolean;
}

/** What a step makes of an incident, and what is stored along with it. */
export interface IncidentChange {
  readonly incident: Incident | undefined;
  readonly planned: readonly Action[];
  readonly write: (tx: StateTransaction) => Promise<void>;
}

export interface RunnerPorts {
  /**
   * Changes an incident as the only one who does at that time: `work` sees it as it is, and all that it answers is one transaction. Undefined of
   * `work` changes nothing.
   */
  carryOut(
    incident: string,
    work: (incident: Incident | undefined) => Promise<IncidentChange | undefined>,
  ): Promise<void>;
  /** The incident with a line in its story. */
  note(incident: Incident, line: Omit<NoteEffect, 'kind'> & { readonly at: number }): Incident;
  /** Writes messages about an incident for notifiers. */
  notify(tx: StateTransaction, incident: Incident, effect: Omit<NotifyEffect, 'kind'>, at: number): Promise<void>;
  /** Names of notifiers that there are. */
  readonly notifiers: ReadonlySet<string>;
  /** After the transaction: what was written is on its way. */
  sent(planned: readonly Action[], told: boolean): void;
  /** Asks for a block to be taken back; what becomes of it is read from the action. */
  revert(action: string, reason: string, by: string): void;
  /** Sends a line to the audit; `confirmed` follows once it is there. */
  record(line: PlaybookRecord): void;
}

export interface RunnerOptions {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly playbooks: readonly LoadedPlaybook[];
  readonly config: Pick<PlaybooksConfig, 'maxRuns' | 'maxRunsPerHour' | 'keepDays'>;
  readonly policy: BlockPolicy;
  readonly ports: RunnerPorts;
}
