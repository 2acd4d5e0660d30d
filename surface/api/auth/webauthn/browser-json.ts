/**
 * What browsers take and send as JSON (WebAuthn Level 3, section 5.1: `parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON` and `toJSON` of a
 * credential). Of what they send only what is looked at; they may send more. Bytes are base64url.
 */
import { z } from 'zod';

/** With room: a credential's id has 1,023 bytes at most, client data a few hundred, attestations of whole certificate chains some thousands. */
const ID_CHARS = 1_364;
const CLIENT_DATA_CHARS = 4_096;
const ATTESTATION_CHARS = 24_576;
const DATA_CHARS = 4_096;
const SIGNATURE_CHARS = 1_024;
const HANDLE_CHARS = 128;
const MOST_TRANSPORTS = 8;

const bytes = (chars: number): z.ZodString =>
  z
    .string()
    .max(chars)
    .regex(/^[A-Za-z0-9_-]*$/, 'base64url without padding');
const Type = z.literal('public-key');
const Descriptor = z.strictObject({ type: Type, id: z.string(), transports: z.array(z.string()) });
const Timeout = z.number().describe('Milliseconds');

/** How a browser reaches an authenticator: `usb`, `internal` …; names that are not known yet may come. */
const Transport = z.string().regex(/^[a-z0-9-]{1,32}$/);

export const MadeCredential = z
  .object({
    type: Type,
    id: bytes(ID_CHARS).min(1),
    response: z.object({
      clientDataJSON: bytes(CLIENT_DATA_CHARS),
      attestationObject: bytes(ATTESTATION_CHARS),
      transports: z.array(Transport).max(MOST_TRANSPORTS).optional(),
    }),
  })
  .describe('What `navigator.credentials.create()` made, by its `toJSON()`');
export type MadeCredential = z.infer<typeof MadeCredential>;

export const ShownKey = z
  .object({
    type: Type,
    id: bytes(ID_CHARS).min(1),
    response: z.object({
      clientDataJSON: bytes(CLIENT_DATA_CHARS),
      authenticatorData: bytes(DATA_CHARS),
      signature: bytes(SIGNATURE_CHARS),
      userHandle: bytes(HANDLE_CHARS).nullish(),
    }),
  })
  .describe('What `navigator.credentials.get()` answered, by its `toJSON()`');
export type ShownKey = z.infer<typeof ShownKey>;

export const CreationOptions = z
  .strictObject({
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.strictObject({ type: Type, alg: z.number() })),
    timeout: Timeout,
    excludeCredentials: z.array(Descriptor),
    authenticatorSelection: z.strictObject({
      residentKey: z.literal('preferred'),
      requireResidentKey: z.literal(false),
      userVerification: z.literal('preferred'),
    }),
    attestation: z.literal('none'),
  })
  .describe('For `PublicKeyCredential.parseCreationOptionsFromJSON()`');
export type CreationOptions = z.infer<typeof CreationOptions>;

export const RequestOptions = z
  .strictObject({
    rpId: z.string(),
    challenge: z.string(),
    timeout: Timeout,
    allowCredentials: z.array(Descriptor),
    userVerification: z.literal('preferred'),
  })
  .describe('For `PublicKeyCredential.parseRequestOptionsFromJSON()`');
export type RequestOptions = z.infer<typeof RequestOptions>;
