/** What authenticators bring back, honest and not, of every kind of key; and CBOR that is none. */
import { describe, expect, it } from 'vitest';
import type { CreationOptions, RequestOptions } from './browser-json.ts';
import { readCbor } from './cbor.ts';
import { challengeOf, verifyAssertion, verifyNewCredential, type Attested } from './ceremonies.ts';
import { relyingPartyOf } from './relying-party.ts';
import { cbor, SoftwareAuthenticator, type KeyKind, type Lies } from './software-authenticator.fixture.ts';

const ORIGIN = 'https://console.example.org:8443';
const rp = relyingPartyOf(ORIGIN)!;
const challenge = 'Y2hhbGxlbmdl';
const expected = { rp, challenge };
const toMake = { rp: { id: rp.id }, user: { id: 'dXNlcg' }, challenge } as CreationOptions;
const toShow = { rpId: rp.id, challenge } as RequestOptions;

function attested(authenticator: SoftwareAuthenticator, lies?: Lies): Attested {
  const { id, response } = authenticator.create(toMake, lies);
  return { id, ...response };
}

/** An attestation around these bytes. */
const around = (authData: Buffer): string => cbor(new Map([['authData', authData]])).toString('base64url');

function authDataOf({ attestationObject }: Attested): Buffer {
  const read = readCbor(Buffer.from(attestationObject, 'base64url'));
  return (read as unknown as { value: { value: Map<string, Buffer> } }).value.value.get('authData')!;
}

describe.each<KeyKind>(['ES256', 'EdDSA', 'RS256'])('a key that signs by %s', (kind) => {
  it('is taken, and then known by what it signs', () => {
    const authenticator = new SoftwareAuthenticator(ORIGIN, { kind, signCount: 4 });
    const made = verifyNewCredential(attested(authenticator), expected);
    expect(made).toMatchObject({
      ok: true,
      value: { id: authenticator.credential.toString('base64url'), signCount: 4 },
    });
    if (!made.ok) return;
    const { response } = authenticator.get(toShow);
    const { publicKey } = made.value;
    expect(verifyAssertion(response, publicKey, expected)).toMatchObject({ ok: true, value: { signCount: 5 } });
    const forged = authenticator.get(toShow, { forged: true }).response;
    expect(verifyAssertion(forged, publicKey, expected)).toMatchObject({ ok: false });
    expect(verifyAssertion({ ...response, signature: 'AAAA' }, publicKey, expected)).toMatchObject({ ok: false });
    const signature = authenticator.get({ ...toShow, challenge: 'b3RoZXI' }).response.signature;
    expect(verifyAssertion({ ...response, signature }, publicKey, expected)).toMatchObject({ ok: false });
  });
});

describe('what is not as it was asked for', () => {
  it.each<[string, Lies]>([
    ['another site', { origin: 'https://console.example.org' }],
    ['a site whose name ends alike', { origin: 'https://evil-console.example.org:8443' }],
    ['plain HTTP', { origin: 'http://console.example.org:8443' }],
    ['another challenge', { challenge: 'b3RoZXI' }],
    ['another purpose', { type: 'payment.get' }],
    ['another relying party', { rpId: 'example.org' }],
    ['nobody at the authenticator', { flags: 0x44 }],
    ['a frame of another site', { crossOrigin: true }],
  ])('is refused: %s', (_, lies) => {
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    const made = verifyNewCredential(attested(authenticator), expected);
    if (!made.ok) throw new Error(made.error);
    const flags = lies.flags === undefined ? {} : { flags: 0x40 };
    expect(verifyNewCredential(attested(authenticator, { ...lies, ...flags }), expected).ok).toBe(false);
    const shown = authenticator.get(toShow, lies.flags === undefined ? lies : { flags: 0x04 });
    expect(verifyAssertion(shown.response, made.value.publicKey, expected).ok).toBe(false);
  });

  it('is refused: what was made shown as what was signed, and the other way round', () => {
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    const type = 'webauthn.get';
    expect(verifyNewCredential(attested(authenticator, { type }), expected).ok).toBe(false);
    const made = verifyNewCredential(attested(authenticator), expected);
    const { response } = authenticator.get(toShow, { type: 'webauthn.create' });
    expect(made.ok && verifyAssertion(response, made.value.publicKey, expected).ok).toBe(false);
  });

  it('is refused: another id than the authenticator’s, and data that are cut, too long or of no key', () => {
    const good = attested(new SoftwareAuthenticator(ORIGIN));
    const authData = authDataOf(good);
    expect(verifyNewCredential({ ...good, id: 'AAAA' }, expected).ok).toBe(false);
    for (let end = 0; end < authData.length; end++)
      expect(verifyNewCredential({ ...good, attestationObject: around(authData.subarray(0, end)) }, expected).ok).toBe(
        false,
      );
    const longer = Buffer.concat([authData, Buffer.from([0])]);
    expect(verifyNewCredential({ ...good, attestationObject: around(longer) }, expected).ok).toBe(false);
    const keyless = Buffer.concat([authData.subarray(0, 55 + 32), cbor(new Map([[1, 2]]))]);
    expect(verifyNewCredential({ ...good, attestationObject: around(keyless) }, expected).ok).toBe(false);
    // The point is not on the curve: its last byte is of y.
    const bent = Buffer.from(authData);
    bent[bent.length - 1]! ^= 1;
    expect(verifyNewCredential({ ...good, attestationObject: around(bent) }, expected).ok).toBe(false);
    for (const clientDataJSON of ['', 'bnVsbA', 'W10', 'eyJ9'])
      expect(verifyNewCredential({ ...good, clientDataJSON }, expected).ok).toBe(false);
    expect(challengeOf('bnVsbA')).toBe('');
  });
});

describe('the relying party', () => {
  it.each([
    ['https://console.example.org', 'console.example.org'],
    ['https://sensor:8443', 'sensor'],
    ['http://localhost:8088', 'localhost'],
    ['http://console.localhost:8088', 'console.localhost'],
    ['http://console.example.org', undefined],
    ['https://192.0.2.1', undefined],
    ['https://3221225985', undefined],
    ['https://[2001:db8::1]:8443', undefined],
    ['http://127.0.0.1:8088', undefined],
    ['http://localhost.example.org', undefined],
    ['null', undefined],
    ['file:///etc/passwd', undefined],
  ])('of %s is %s', (origin, id) => {
    expect(relyingPartyOf(origin)).toEqual(id === undefined ? undefined : { id, origin });
  });
});

describe('CBOR', () => {
  const read = (hex: string) => readCbor(Buffer.from(hex, 'hex'));

  it.each([
    ['00', 0],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['62c3bc', 'ü'],
    ['83010203', [1, 2, 3]],
    ['a201020304', new Map([[1, 2], [3, 4]])], // prettier-ignore
  ])('%s is %j (RFC 8949, appendix A)', (hex, value) => {
    expect(read(hex)).toEqual({ ok: true, value: { value, length: hex.length / 2 } });
  });

  it.each([
    ['', 'nothing'],
    ['18', 'a number that is cut off'],
    ['5bffffffffffffffff', 'a size beyond all memory'],
    ['1b001fffffffffffff', 'a number that is not exact'],
    ['9affffffff', 'an array that is not there'],
    ['bb7fffffffffffffff', 'a map that is not there'],
    ['5f42010243030405ff', 'an indefinite length'],
    ['c11a514b67b0', 'a tag'],
    ['fb3ff199999999999a', 'a float'],
    ['a2010201 03'.replace(' ', ''), 'a key twice'],
    ['a1f401', 'a key that is no key'],
    ['81'.repeat(20) + '00', 'a nest'],
    ['81'.repeat(100_000), 'a deep nest'],
  ])('is refused: %s', (hex) => {
    expect(read(hex.slice(0, 200_000)).ok).toBe(false);
  });
});
