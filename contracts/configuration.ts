/** The configuration as people change it through the API: its versions, what differs between two, and what is asked of the launcher about them. */
import { z } from 'zod';
import { MAX_CONFIGURATION, MAX_REASON } from './wire-limits.ts';

const version = z.number().int().min(1).max(999_999);

/**
 * - `starting`: it is written, and all processes are started with it.
 * - `running`: all did start with it. The newest of these is the one in force.
 * - `failed`: it could not be started with, and the one before was put back.
 */
export const ConfigurationState = z.enum(['starting', 'running', 'failed']);
export type ConfigurationState = z.infer<typeof ConfigurationState>;

export const ConfigurationVersion = z.strictObject({
  version: version.describe('They are counted from 1'),
  at: z.iso.datetime().describe('When it was changed, or was first started with'),
  by: z
    .string()
    .max(128)
    .optional()
    .describe('Who changed it by the API; not there where its file was changed at the machine'),
  reason: z.string().max(MAX_REASON).optional(),
  restores: version.optional().describe('The version whose text it has again'),
  state: ConfigurationState,
  error: z.string().max(4096).optional().describe('Why it failed'),
});
export type ConfigurationVersion = z.infer<typeof ConfigurationVersion>;

/** Secrets that stand in it are hidden: `{ value: "***1" }`, counted in the order in which they stand there. */
export const ConfigurationText = ConfigurationVersion.extend({ text: z.string().describe('The file’s YAML') });
export type ConfigurationText = z.infer<typeof ConfigurationText>;

export const ConfigurationLine = z.strictObject({
  change: z.enum(['same', 'added', 'removed']),
  text: z.string(),
});
export type ConfigurationLine = z.infer<typeof ConfigurationLine>;

export const ConfigurationChange = z.strictObject({
  sections: z.array(z.string()).describe('Sections of the file that mean something else now'),
  version: version.optional().describe('That it becomes; not there where nothing was changed'),
});
export type ConfigurationChange = z.infer<typeof ConfigurationChange>;

const changed = {
  /** The version that it was changed from; whichever is in force where it is not given. */
  base: version.optional(),
  by: z.string().max(128),
  reason: z.string().max(MAX_REASON).optional(),
};

/** What the launcher is asked, which alone reads and writes the file. */
export const ConfigurationAsk = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('list') }),
  /** Without a version the one in force. */
  z.strictObject({ what: z.literal('read'), version: version.optional() }),
  z.strictObject({ what: z.literal('compare'), from: version, to: version }),
  /** Changes nothing. */
  z.strictObject({ what: z.literal('check'), text: z.string().max(MAX_CONFIGURATION) }),
  z.strictObject({ what: z.literal('change'), text: z.string().max(MAX_CONFIGURATION), ...changed }),
  z.strictObject({ what: z.literal('restore'), version, ...changed }),
]);
export type ConfigurationAsk = z.infer<typeof ConfigurationAsk>;

/** What it answers to each. */
export interface ConfigurationAnswers {
  list: readonly ConfigurationVersion[];
  read: ConfigurationText;
  compare: readonly ConfigurationLine[];
  check: ConfigurationChange;
  change: ConfigurationChange;
  restore: ConfigurationChange;
}
