/** The master key as people write it down, and as its file has it. */
import { NetSentinelError } from './errors.ts';
import { KEY_BYTES } from './keyring.ts';

const FORMAT = 'netsentinel-master-key-1 ';

/** A configured one: 32 random bytes as base64, base64url or hexadecimal digits. Undefined for anything else: words are too easily guessed. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  if (/^[0-9A-Fa-f]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

export interface MasterKeyFile {
  readonly key: Uint8Array;
  /** From before there was a keyring: the key sealed everything itself. */
  readonly isFirst: boolean;
}

/** @param path for the error. Throws `MASTER_KEY_DAMAGED`. */
export function readMasterKey(text: string, path: string): MasterKeyFile {
  const isFirst = !text.startsWith(FORMAT);
  const key = parseMasterKey(isFirst ? text : text.slice(FORMAT.length));
  if (key !== undefined) return { key, isFirst };
  throw new NetSentinelError('MASTER_KEY_DAMAGED', 'operational', `${path} is damaged`, {
    hint: 'Restore it from a backup. Without it nothing that is encrypted can be read again.',
  });
}

export function writtenMasterKey(key: Uint8Array): string {
  return `${FORMAT}${Buffer.from(key).toString('base64')}\n`;
}
