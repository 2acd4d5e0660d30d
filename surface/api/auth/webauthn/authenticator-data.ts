/** Pure: what an authenticator signs about itself (WebAuthn Level 2, section 6.1). */
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { readCbor, type CborMap } from './cbor.ts';

/*
 *  0      32 SHA-256 of the relying party's id
 * 32       1 flags: 0x01 user present, 0x04 user verified, 0x40 a credential follows, 0x80 extensions follow
 * 33       4 signature counter, big-endian
 * 37      16 AAGUID                      where a credential follows
 * 53       2 length L of its id
 * 55       L its id
 * 55+L       its public key, a COSE map
 *            extensions, a CBOR map      where they follow
 */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const CREDENTIAL = 0x40;
const EXTENSIONS = 0x80;
const MAX_ID_BYTES = 1023;

export interface AuthenticatorData {
  readonly rpIdHash: Buffer;
  /** Somebody touched it. */
  readonly userPresent: boolean;
  /** It knows who: by a PIN, a finger, a face. */
  readonly userVerified: boolean;
  readonly signCount: number;
  readonly credential?: { readonly id: Buffer; readonly publicKey: CborMap };
}

export function readAuthenticatorData(bytes: Buffer): Result<AuthenticatorData> {
  if (bytes.length < 37) return err('the authenticator’s data is too short');
  const flags = bytes[32]!;
  const head = {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: (flags & USER_PRESENT) !== 0,
    userVerified: (flags & USER_VERIFIED) !== 0,
    signCount: bytes.readUInt32BE(33),
  };
  let rest = bytes.subarray(37);
  let credential: AuthenticatorData['credential'];
  if ((flags & CREDENTIAL) !== 0) {
    const read = readCredential(rest);
    if (!read.ok) return read;
    credential = read.value;
    rest = rest.subarray(read.value.length);
  }
  if ((flags & EXTENSIONS) !== 0) {
    const extensions = readCbor(rest);
    if (!extensions.ok || !(extensions.value.value instanceof Map))
      return err('the authenticator’s extensions are none');
    rest = rest.subarray(extensions.value.length);
  }
  if (rest.length > 0) return err('there is more behind the authenticator’s data');
  return ok({ ...head, ...(credential === undefined ? {} : { credential }) });
}

function readCredential(
  bytes: Buffer,
): Result<{ readonly id: Buffer; readonly publicKey: CborMap; readonly length: number }> {
  if (bytes.length < 18) return err('the credential is cut off');
  const keyAt = 18 + bytes.readUInt16BE(16);
  const id = bytes.subarray(18, keyAt);
  if (id.length === 0 || id.length > MAX_ID_BYTES || keyAt > bytes.length) return err('the credential’s id is cut off');
  const key = readCbor(bytes.subarray(keyAt));
  if (!key.ok) return key;
  if (!(key.value.value instanceof Map)) return err('the public key is none');
  return ok({ id, publicKey: key.value.value, length: keyAt + key.value.length });
}
