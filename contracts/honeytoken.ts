/**
 * A honeytoken: something that looks worth stealing, of which there is no other use than theft. It lies in a decoy; wherever its words are seen afterwards,
 * in a login, a request or a line of any log, somebody took it from there.
 */
import { z } from 'zod';

export const HoneytokenKind = z.enum([
  'aws-key',
  'kubeconfig',
  'database-password',
  'service-account',
  'url',
  'api-key',
  'row',
]);
export type HoneytokenKind = z.infer<typeof HoneytokenKind>;

/** What a word that tells a honeytoken consists of: shorter words, or with other characters in them, are found by nobody. */
export const HONEYTOKEN_WORD = /^[A-Za-z0-9_-]{12,128}$/;

export const Honeytoken = z.strictObject({
  /** Unique among all: `debian-12-server.aws-key`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,127}$/),
  kind: HoneytokenKind,
  /** For people: `AWS access key AKIA…`. */
  title: z.string().max(256),
  /** Which machine it lies on, and where there. */
  machine: z.string().max(256),
  places: z.array(z.string().max(512)).min(1).max(16),
  /** Where any of these is seen, it was taken. */
  words: z.array(z.string().regex(HONEYTOKEN_WORD)).min(1).max(8),
});
export type Honeytoken = z.infer<typeof Honeytoken>;
