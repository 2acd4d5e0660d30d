/** What the launcher has `configuration.clerk.ts` do, in a process of its own. */
import type { ConfigurationAnswers, ConfigurationAsk } from '@netsentinel/contracts/configuration';
import type { WireError } from '@netsentinel/kernel/wire-error';
import type { UpPlan } from '../cli/up.plan.ts';

export interface ClerkRequest {
  readonly ask: ConfigurationAsk;
  /** The command line of the `up` that runs, without the program's name. */
  readonly argv: readonly string[];
  /** The configuration file, with its path. */
  readonly file: string;
  /** The folder of the versions. */
  readonly history: string;
}

/** A change that holds: what is to be started, and the text, which lies beside the file as `candidate` already. */
export interface AcceptedChange {
  readonly plan: UpPlan;
  readonly text: string;
  readonly candidate: string;
}

export type ClerkReply =
  | { readonly error: WireError }
  | { readonly answer: ConfigurationAnswers[keyof ConfigurationAnswers]; readonly accepted?: AcceptedChange };
