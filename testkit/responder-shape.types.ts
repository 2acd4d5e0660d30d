/** As in `enforcer/responder.types.ts`; repeated in shape only, so that the testkit does not depend on the enforcer. */
import type { Measure } from '@netsentinel/contracts/action';
import type { Network } from '@netsentinel/kernel/address';

export interface Entry {
  readonly network: Network;
  readonly remainingMs: number;
  readonly measure?: Measure;
}

export type Change =
  | ({ readonly kind: 'block'; readonly renew: boolean } & Entry)
  | { readonly kind: 'unblock'; readonly network: Network };

export type Outcome =
  | { readonly ok: true; readonly verified: Promise<boolean> }
  | { readonly ok: false; readonly reason: string };
