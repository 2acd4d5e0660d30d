/** What a trial and its thread say to each other. The thread answers once when it has read the rule, and once to each list of events. */
import type { Met, RuleFault } from '@netsentinel/contracts/rule-trial';

export interface TrialSetup {
  readonly text: string;
  /** The product's `content` folder. */
  readonly content: string;
}

export type TrialAnswer =
  | { readonly kind: 'read'; readonly faults: readonly RuleFault[]; readonly title: string | undefined }
  | ({ readonly kind: 'met' } & Met);
