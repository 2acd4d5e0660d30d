/**
 * Access tokens: JWTs (RFC 7519) in the profile of RFC 9068, signed with ES256. What is taken is pinned to what is made: one algorithm, one type, one
 * issuer, one audience, a key of ours and five minutes; nothing that a token says of itself chooses any of it (RFC 8725).
 */
import { JOSEError, JWKSNoMatchingKey } from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { newId } from './secrets.ts';
import { ACCESS_MS, ALGORITHM, type Key, type Signer } from './signing-keys.ts';

export const ISSUER = 'netsentinel';
export const AUDIENCE = 'netsentinel-api';
const TYPE = 'at+jwt';
/** Ours have some 500. */
const MAX_CHARS = 2_048;
/** Header, claims and signature in base64url: an API token has no dots. */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export interface AccessClaims {
  /** Whose program. */
  readonly account: string;
  /** Which one. */
  readonly program: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** @param now epoch milliseconds */
export async function signAccess(
  signer: Signer,
  { account, program }: Omit<AccessClaims, 'expiresAt'>,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ client_id: program })
    .setProtectedHeader({ alg: ALGORITHM, kid: signer.id, typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(account)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_MS / 1000)
    .sign(signer.key);
}

/** What a token says, if one of these keys has signed it and it is good now; else undefined. Whether the program is still signed in is not looked at. */
export async function readAccess(
  token: string,
  keyOf: (id: string) => Promise<Key | undefined>,
  now: number,
): Promise<AccessClaims | undefined> {
  if (token.length > MAX_CHARS || !SHAPE.test(token)) return undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await keyOf(kid);
        if (key === undefined) throw new JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'client_id', 'jti', 'exp'],
        maxTokenAge: ACCESS_MS / 1000,
        currentDate: new Date(now),
      },
    );
    const { sub, client_id: program, exp } = payload;
    if (sub === undefined || typeof program !== 'string' || exp === undefined) return undefined;
    return { account: sub, program, expiresAt: exp * 1000 };
  } catch (error) {
    // Whatever is wrong with it: it is none of ours. What is wrong with the state is no fault of the token.
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}
