/** Options that several notifiers share. */
import { Secret } from '@netsentinel/kernel/secret';
import { z } from 'zod';

export const timeoutMs = z
  .number()
  .int()
  .min(500)
  .max(120_000)
  .default(15_000)
  .describe('Longest time for one message, in milliseconds; later it is tried again.');

export const allowPrivate = z
  .boolean()
  .default(false)
  .describe('Also send to loopback, link-local and private addresses, whatever the name resolves to.');

export const ca = Secret.optional().describe(
  'The authorities that may sign the server’s certificate, as PEM, instead of the well-known ones: { file: ca.pem }.',
);

/** A fixed address of a service. Plain HTTP would show what was found, and the token, to everybody on the way. */
export const serviceUrl = (example: string) =>
  z
    .string()
    .max(2048)
    .refine((text) => isUrl(text, ['https:', 'http:']), 'a URL that begins with https://')
    .describe(`Such as ${example}`);

/** Whoever knows such an address may post there, so it is a secret. */
export const secretUrl = (what: string) => Secret.describe(what);

export const port = z.number().int().min(1).max(65_535);

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
