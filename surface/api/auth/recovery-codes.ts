/** Codes for when an application or a key is lost: each lets its owner in once. Of an account with a second factor, whichever it is. */
import { randomBytes } from 'node:crypto';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { hashSecret } from './secrets.ts';
import { base32 } from './totp.ts';

const CODES = 10;
/** 80 bits: nobody guesses them, with the database at hand neither. */
const BYTES = 10;

/** New ones, shown this once; those before are void. */
export async function makeRecoveryCodes(tx: StateTransaction, account: string): Promise<readonly string[]> {
  // Four groups of four.
  const codes = Array.from({ length: CODES }, () => base32(randomBytes(BYTES)).replace(/.{4}(?=.)/g, '$&-'));
  await tx.putRecoveryHashes(
    account,
    codes.map((one) => hashSecret(plainCode(one))),
  );
  return codes;
}

/** Whether it is one of those that are left, which uses it up. Not limited: they cannot be guessed, and let the owner in while somebody else tries codes. */
export async function useRecoveryCode(tx: StateTransaction, account: string, code: string): Promise<boolean> {
  const hashes = await tx.recoveryHashes(account);
  const left = hashes.filter((hash) => hash !== hashSecret(code));
  if (left.length === hashes.length) return false;
  await tx.putRecoveryHashes(account, left);
  return true;
}

/** As people type codes: with spaces and dashes, in whatever case. */
export function plainCode(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}
