/** Pure: public keys of authenticators, from COSE (RFC 9052, section 7) to what `node:crypto` verifies with. */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import type { CborMap } from './cbor.ts';

export interface PublicKey {
  /** SubjectPublicKeyInfo as DER in base64url. */
  readonly spki: string;
  /** COSE's number of how it signs. */
  readonly algorithm: number;
}

/** Labels of a COSE key (RFC 9052, section 7.1; RFC 9053, section 7; RFC 8230, section 4). */
const KTY = 1;
const ALG = 3;
const CRV_OR_N = -1;
const X_OR_E = -2;
const Y = -3;

const OKP = 1;
const EC2 = 2;
const RSA = 3;
const P_256 = 1;
const ED25519 = 6;

const EDDSA = -8;
const ES256 = -7;
const RS256 = -257;

/** That keys may sign by, the best first: what authenticators have, as WebAuthn recommends to offer (section 5.4, `pubKeyCredParams`). */
export const ALGORITHMS: readonly number[] = [EDDSA, ES256, RS256];

const MIN_RSA_BYTES = 256;
const MAX_RSA_BYTES = 512;
/** What all authenticators have. Others are slow, or (1) no secret. */
const EXPONENT = 65_537;

export function publicKeyOf(cose: CborMap): Result<PublicKey> {
  const algorithm = cose.get(ALG);
  if (typeof algorithm !== 'number') return err('the public key does not say how it signs');
  const jwk = jwkOf(cose, algorithm);
  if (!jwk.ok) return jwk;
  try {
    // Refuses points that are not on their curve.
    const der = createPublicKey({ key: jwk.value, format: 'jwk' }).export({ type: 'spki', format: 'der' });
    return ok({ spki: der.toString('base64url'), algorithm });
  } catch {
    return err('the public key is none');
  }
}

/** As a JSON web key (RFC 7518, section 6; RFC 8037, section 2). */
function jwkOf(cose: CborMap, algorithm: number): Result<JsonWebKey> {
  const has = (label: number, value: number): boolean => cose.get(label) === value;
  const bytes = (label: number): Buffer => {
    const value = cose.get(label);
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
  };
  const [x, y] = [bytes(X_OR_E).toString('base64url'), bytes(Y).toString('base64url')];
  if (algorithm === ES256 && has(KTY, EC2) && has(CRV_OR_N, P_256)) return ok({ kty: 'EC', crv: 'P-256', x, y });
  if (algorithm === EDDSA && has(KTY, OKP) && has(CRV_OR_N, ED25519)) return ok({ kty: 'OKP', crv: 'Ed25519', x });
  if (algorithm !== RS256 || !has(KTY, RSA)) return err('the public key is of a kind that was not asked for');
  const n = bytes(CRV_OR_N);
  if (n.length < MIN_RSA_BYTES || n.length > MAX_RSA_BYTES || n[0]! < 0x80)
    return err('the RSA key is shorter than 2048 bits or longer than 4096');
  if (n.at(-1)! % 2 === 0 || Number(`0x${bytes(X_OR_E).toString('hex') || '0'}`) !== EXPONENT)
    return err('the RSA key’s modulus is even, or its exponent is not 65537');
  return ok({ kty: 'RSA', n: n.toString('base64url'), e: x });
}

/** Whether this key made this signature (WebAuthn, section 6.5.5: ES256 in DER). */
export function isSignedBy({ spki, algorithm }: PublicKey, data: Buffer, signature: Buffer): boolean {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });
  try {
    return verify(algorithm === EDDSA ? undefined : 'sha256', data, key, signature);
  } catch {
    // Of a signature that is none.
    return false;
  }
}
