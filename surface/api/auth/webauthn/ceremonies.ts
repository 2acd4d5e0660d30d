/** Pure: what a browser brings back from an authenticator, checked against what was asked for (WebAuthn Level 2, sections 7.1 and 7.2). */
import { createHash, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { readAuthenticatorData, type AuthenticatorData } from './authenticator-data.ts';
import { readCbor } from './cbor.ts';
import { isSignedBy, publicKeyOf, type PublicKey } from './public-key.ts';
import type { RelyingParty } from './relying-party.ts';

/** What was asked for. */
export interface Expected {
  readonly rp: RelyingParty;
  /** In base64url. */
  readonly challenge: string;
}

/** All in base64url, as browsers write it (WebAuthn Level 3, section 5.1). */
export interface Attested {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
}
export interface Asserted {
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
}

export interface NewCredential {
  /** In base64url. */
  readonly id: string;
  readonly publicKey: PublicKey;
  readonly signCount: number;
}

/**
 * What an authenticator has made. We ask for no attestation: who made the authenticator is nobody's business here, so that a statement about it is
 * neither needed nor looked at.
 */
export function verifyNewCredential(attested: Attested, expected: Expected): Result<NewCredential> {
  const clientData = Buffer.from(attested.clientDataJSON, 'base64url');
  const wrong = clientDataFault(clientData, 'webauthn.create', expected);
  if (wrong !== undefined) return err(wrong);
  const attestation = readCbor(Buffer.from(attested.attestationObject, 'base64url'));
  if (!attestation.ok) return attestation;
  const authData = attestation.value.value instanceof Map ? attestation.value.value.get('authData') : undefined;
  if (!Buffer.isBuffer(authData)) return err('the attestation has no authenticator’s data');
  const data = forUs(authData, expected);
  if (!data.ok) return data;
  const { credential, signCount } = data.value;
  if (credential === undefined) return err('the authenticator made no credential');
  const id = credential.id.toString('base64url');
  if (id !== attested.id) return err('the credential has another id than the browser says');
  const publicKey = publicKeyOf(credential.publicKey);
  if (!publicKey.ok) return publicKey;
  return ok({ id, publicKey: publicKey.value, signCount });
}

/** Whether this key signed what was asked for; answers what the authenticator says about itself. */
export function verifyAssertion(
  asserted: Asserted,
  key: PublicKey,
  expected: Expected,
): Result<Pick<AuthenticatorData, 'signCount' | 'userVerified'>> {
  const clientData = Buffer.from(asserted.clientDataJSON, 'base64url');
  const wrong = clientDataFault(clientData, 'webauthn.get', expected);
  if (wrong !== undefined) return err(wrong);
  const authData = Buffer.from(asserted.authenticatorData, 'base64url');
  const data = forUs(authData, expected);
  if (!data.ok) return data;
  const signed = Buffer.concat([authData, sha256(clientData)]);
  if (!isSignedBy(key, signed, Buffer.from(asserted.signature, 'base64url')))
    return err('the signature is not of this key');
  return data;
}

/** Which challenge the browser says that it answers; empty where it says none. To be believed only as far as what it signs is verified. */
export function challengeOf(clientDataJSON: string): string {
  const challenge = parsed(Buffer.from(clientDataJSON, 'base64url'))?.['challenge'];
  return typeof challenge === 'string' ? challenge : '';
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const data: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Why the browser's part is not what was asked for (section 5.8.1). The browser itself wrote the origin: a page cannot lie about its own. */
function clientDataFault(bytes: Buffer, type: string, { rp, challenge }: Expected): string | undefined {
  const data = parsed(bytes);
  if (data === undefined) return 'the client data are no JSON object';
  if (data['type'] !== type) return 'it was made for something else';
  if (data['challenge'] !== challenge) return 'it answers another challenge';
  if (data['origin'] !== rp.origin) return 'it was made for another site';
  if (data['crossOrigin'] === true || data['topOrigin'] !== undefined) return 'it was made in a frame of another site';
  return undefined;
}

/** An authenticator's data, where they are for this console and somebody was there. */
function forUs(bytes: Buffer, { rp }: Expected): Result<AuthenticatorData> {
  const data = readAuthenticatorData(bytes);
  if (!data.ok) return data;
  if (!timingSafeEqual(data.value.rpIdHash, sha256(Buffer.from(rp.id)))) return err('it was made under another name');
  return data.value.userPresent ? data : err('nobody touched the authenticator');
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
