/** Whatever bytes stand for an attestation: a key of ours to verify with, or a refusal, and no exception. */
import { verifyNewCredential } from './ceremonies.ts';
import { isSignedBy } from './public-key.ts';

const ORIGIN = 'https://c.example';
const EXPECTED = { rp: { id: 'c.example', origin: ORIGIN }, challenge: 'YQ' };
const CLIENT_DATA = { type: 'webauthn.create', challenge: 'YQ', origin: ORIGIN };
const clientDataJSON = Buffer.from(JSON.stringify(CLIENT_DATA)).toString('base64url');

/** Of an ES256 and an Ed25519 key, as the software authenticator of the tests makes them. */
export const seeds: readonly Uint8Array[] = [
  'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikPjzDblI_k-jqXWAqglppEqDiQdtmbUpVGZZ4gRVdXtNBAAAAAAAAAAAAAAAAAAAAAAAAAA' +
    'AAII2DYRKWEiWgFKxJ_EKM4ApJxppH2Akot_A0M60BcpEupQECAyYgASFYII_gjIyL2RngBiBk7w5LuVPU9amoaT2x8qAwEMoUS00LIlggey09' +
    '1y0PrcMErFQbaVPGpwwYJ-GdDy04Ez_WL4qqnsc',
  'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViBPjzDblI_k-jqXWAqglppEqDiQdtmbUpVGZZ4gRVdXtNBAAAAAAAAAAAAAAAAAAAAAAAAAA' +
    'AAILl5OtaIIZlMz-I9I-dkNYVZz8kMr8EaiVKxVzMFPP0CpAEBAycgBiFYIDbBQALXL76jvuRE-jTdsnXiT67KNbjwPwov5IY0ufAL',
].map((text) => Buffer.from(text, 'base64url'));

export function fuzz(data: Uint8Array): void {
  const attestationObject = Buffer.from(data).toString('base64url');
  for (const id of [idIn(data), '']) {
    const made = verifyNewCredential({ id, clientDataJSON, attestationObject }, EXPECTED);
    if (made.ok) isSignedBy(made.value.publicKey, Buffer.from('data'), Buffer.alloc(64));
  }
}

/** Where the seeds have it: so that mutations behind it get as far as the key. */
function idIn(data: Uint8Array): string {
  const at = Buffer.from(data).indexOf('authData');
  const start = at + 'authData'.length + 2 + 55;
  return Buffer.from(data.subarray(start, start + 32)).toString('base64url');
}
