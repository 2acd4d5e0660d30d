/** Pure: time-based one-time codes (RFC 6238 over RFC 4226) as authenticator applications make them: HMAC-SHA-1, six digits, thirty seconds. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** As long as the hash (RFC 4226, section 4, R6). */
export const SECRET_BYTES = 20;
const STEP_MS = 30_000;
const DIGITS = 6;
/** Steps that a clock may be off, either way. */
const DRIFT = 1;
const ISSUER = 'NetSentinel';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a time step. */
export function codeOf(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  // Dynamic truncation (RFC 4226, section 5.3).
  const number = mac.readUInt32BE(mac.at(-1)! & 0x0f) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

export function stepAt(epochMs: number): number {
  return Math.floor(epochMs / STEP_MS);
}

/** The step that this code is of, later than `after`; undefined where it is right at no step near now. */
export function matchingStep(secret: Uint8Array, code: string, epochMs: number, after: number): number | undefined {
  const given = Buffer.from(code);
  const now = stepAt(epochMs);
  let found: number | undefined;
  for (let step = Math.max(0, now - DRIFT); step <= now + DRIFT; step++) {
    const right = Buffer.from(codeOf(secret, step));
    if (given.length === right.length && timingSafeEqual(given, right) && step > after) found ??= step;
  }
  return found;
}

/** RFC 4648, section 6, without padding: how people type a secret in. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

/** What a QR code holds (the format that Google Authenticator's wiki describes). */
export function otpauthUri(account: string, secret: Uint8Array): string {
  const query = new URLSearchParams({
    secret: base32(secret),
    issuer: ISSUER,
    algorithm: 'SHA1',
    digits: String(DIGITS),
  });
  return `otpauth://totp/${ISSUER}:${encodeURIComponent(account)}?${query.toString()}&period=${STEP_MS / 1000}`;
}
