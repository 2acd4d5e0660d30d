/** An invitation as it is carried to the other host: where the centre is, how to know it, and a secret that works once. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { z } from 'zod';

const PREFIX = 'netsentinel-point-1.';
const Fields = z.tuple([
  z.string().min(1).max(253),
  z.number().int().min(1).max(65_535),
  z.string().regex(/^[0-9a-f]{64}$/),
  z.string().min(1).max(64),
  z.string().min(1).max(128),
]);

export interface Token {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the centre's authority, lower-case hex. */
  readonly fingerprint: string;
  readonly invitation: string;
  readonly secret: string;
}

export function writeToken({ host, port, fingerprint, invitation, secret }: Token): string {
  const fields = JSON.stringify([host, port, fingerprint, invitation, secret]);
  return `${PREFIX}${Buffer.from(fields).toString('base64url')}`;
}

/** Throws `POINT_TOKEN_INVALID`. */
export function readToken(text: string): Token {
  try {
    if (!text.startsWith(PREFIX) || text.length > 2048) throw new Error('not a token');
    const fields = Fields.parse(JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8')));
    const [host, port, fingerprint, invitation, secret] = fields;
    return { host, port, fingerprint, invitation, secret };
  } catch (cause) {
    throw new NetSentinelError('POINT_TOKEN_INVALID', 'user', 'This is no token, or not all of one', {
      cause,
      hint: '`netsentinel enforcer invite NAME` at the centre prints one: a single word.',
    });
  }
}
