/**
 * Secrets in the configuration: a password is named, not written: `{ env: SMTP_PASSWORD }` or `{ file: /run/secrets/smtp }`. Whoever reads the
 * configuration resolves them once; who uses them gets `{ value }`. A secret prints as `***`.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { NetSentinelError } from './errors.ts';

const MAX_SECRET = 262_144;

export const Secret = z
  .union(
    [
      z.strictObject({
        env: z
          .string()
          .regex(/^(?!NETSENTINEL_)[A-Z_a-z]\w{0,127}$/, 'a variable’s name, not beginning with NETSENTINEL_')
          .describe('An environment variable that holds it.'),
      }),
      z.strictObject({
        file: z.string().min(1).max(4096).describe('A file that holds it, relative to this one.'),
      }),
      z.strictObject({
        value: z.string().min(1).max(MAX_SECRET).describe('The secret itself: then keep this file to yourself.'),
      }),
    ],
    { error: 'write { env: NAME } or { file: PATH }' },
  )
  .meta({ secret: true });
export type Secret = z.infer<typeof Secret>;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that files are relative to. */
  readonly folder: string;
  /** Where the configuration names them: `netsentinel.yaml:12:5`. */
  readonly where: string;
}

/** A copy in which every reference to a secret is the secret. Throws `SECRET_MISSING`. */
export function resolveSecrets<T>(value: T, sources: SecretSources): T {
  if (Array.isArray(value)) return value.map((one: unknown) => resolveSecrets(one, sources)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  const [only] = keys;
  if (keys.length === 1 && (only === 'env' || only === 'file')) {
    const parsed = Secret.safeParse(value);
    if (parsed.success) return { value: read(parsed.data, sources) } as T;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, resolveSecrets(inner as unknown, sources)]),
  ) as T;
}

/** The secret itself, once resolved. */
export function revealed(secret: Secret): string {
  if ('value' in secret) return secret.value;
  throw new NetSentinelError('SECRET_UNRESOLVED', 'bug', 'a secret was used before it was read');
}

function read(secret: Secret, { env, folder, where }: SecretSources): string {
  if ('value' in secret) return secret.value;
  const missing = (message: string, hint: string, cause?: unknown): NetSentinelError =>
    new NetSentinelError('SECRET_MISSING', 'user', message, { where, hint, cause });
  if ('env' in secret) {
    const text = env[secret.env];
    if (text === undefined || text === '')
      throw missing(`the environment variable ${secret.env} is not set`, 'Set it where NetSentinel is started.');
    return text;
  }
  const path = resolve(folder, secret.file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw missing(
      `${path} cannot be read: ${(error as Error).message}`,
      'It must be readable by whoever starts NetSentinel.',
      error,
    );
  }
  if (text === '' || text.length > MAX_SECRET)
    throw missing(`${path} is empty or too large`, `At most ${MAX_SECRET} characters.`);
  return text;
}
