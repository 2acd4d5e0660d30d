/** New keys for what is encrypted at rest, over the platform's socket. */
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { KeptKeyring } from '@netsentinel/kernel/keyring-files';

export const KeyOrder = z.strictObject({
  /** `data`: what is written from now on has a new key. `master`: all of these are wrapped by a new one. */
  which: z.enum(['data', 'master']),
  by: z.string().min(1).max(200),
});
type KeyOrder = z.infer<typeof KeyOrder>;

interface KeyPorts {
  readonly keys: KeptKeyring;
  readonly state: StateStore;
  readonly clock: Clock;
}

/** Answers the id of the key that things are sealed with then. In the audit, or not done. */
export async function rotateKeys({ which, by }: KeyOrder, { keys, state, clock }: KeyPorts): Promise<string> {
  const { keyring } = keys;
  const at = clock.now();
  await state.transaction(async (tx) => {
    const action = which === 'data' ? 'rotateDataKey' : 'rotateMasterKey';
    await tx.addAudit({ at, account: by, address: '', action, target: 'keys', before: { key: keyring.active } });
    if (which === 'data') keyring.rotate(at);
    else keys.rotateMaster();
  });
  return keyring.active;
}
