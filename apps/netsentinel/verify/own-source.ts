/**
 * Where `decoys verify` comes from: an address of the loopback network that nobody else has, announced to the running platform, so that what the decoys
 * record of it is kept with a mark and is nobody's attack, and what they remember of 127.0.0.1 stays as it is.
 */
import { describeError } from '@netsentinel/kernel/errors';
import { askPlatform } from '../platform/control.ts';
import { testAddress } from './test-address.ts';

export interface OwnSource {
  /** Undefined where the system has but one loopback address. */
  readonly address?: string;
  /** Why what is recorded counts as an attacker's. */
  readonly unmarked?: string;
}

/** @param controlSocket the running platform's */
export async function ownSource(controlSocket: string): Promise<OwnSource> {
  const address = testAddress();
  if (address === undefined) return { unmarked: `${process.platform} has no loopback network to take an address from` };
  return askPlatform(controlSocket, { ask: 'own-test', address }).then(
    () => ({ address }),
    (error: unknown) => ({ address, unmarked: describeError(error) }),
  );
}
