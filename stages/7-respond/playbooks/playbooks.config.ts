/** What playbooks may do, and which there are besides ours. */
import { PlaybookMode } from '@netsentinel/contracts/playbook';
import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a playbook’s id');

export const PlaybooksConfig = z.strictObject({
  mode: PlaybookMode.default('off').describe(
    'What playbooks of your own do. `off`: none run, ours and those under `modes` included; `simulate`: each run says what it would have done; `run`: its steps are done.',
  ),
  shipped: PlaybookMode.default('simulate').describe(
    'The same for those that come with NetSentinel, where `mode` is not `off`.',
  ),
  modes: z
    .record(name, PlaybookMode)
    .default({})
    .describe(
      'The same for single ones, by id: `hold-intruder: run`. It counts before the two above, where `mode` is not `off`.',
    ),
  files: z
    .array(z.string().min(1).max(4096))
    .max(64)
    .default([])
    .describe('Playbooks of your own: files, or folders with files in them, relative to this file.'),
  maxRuns: z.number().int().min(1).max(500).default(200).describe('Runs at once; incidents beyond wait.'),
  maxRunsPerHour: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(300)
    .describe('Runs that begin within an hour; incidents beyond wait.'),
  keepDays: z.number().int().min(1).max(3650).default(90).describe('Days that runs which have ended are kept.'),
});
export type PlaybooksConfig = z.infer<typeof PlaybooksConfig>;

/** What a playbook does by the configuration. */
export function modeOf(
  config: Pick<PlaybooksConfig, 'mode' | 'shipped' | 'modes'>,
  id: string,
  isShipped: boolean,
): PlaybookMode {
  if (config.mode === 'off') return 'off';
  return config.modes[id] ?? (isShipped ? config.shipped : config.mode);
}
