/** Where the master key of the keyring comes from, if not from its own file in the data folder. */
import { z } from 'zod';
import { Secret } from './secret.ts';

export const EncryptionConfig = z.strictObject({
  masterKey: Secret.optional().describe(
    'The key that wraps the keys of what is encrypted at rest, 32 bytes as `openssl rand -base64 32` prints them: `{ env: NAME }` or `{ file: PATH }`, outside the data folder. Without it one is made and lies in the data folder, so that whoever copies all of that can read it. Keep a copy: without it nothing encrypted can be read again.',
  ),
  previousMasterKey: Secret.optional().describe(
    'What masterKey was before, named for one start: the keys are wrapped with the new one then. Without masterKey they are wrapped with one in the data folder again.',
  ),
});
export type EncryptionConfig = z.infer<typeof EncryptionConfig>;
