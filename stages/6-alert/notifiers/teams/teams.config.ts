/** What an operator may set about Microsoft Teams. */
import { z } from 'zod';
import { allowPrivate, ca, secretUrl, timeoutMs } from '../options.ts';

export const TeamsConfig = z.strictObject({
  url: secretUrl('The workflow’s URL, of “Post to a channel when a webhook request is received”.'),
  allowPrivate,
  ca,
  timeoutMs,
});
export type TeamsConfig = z.infer<typeof TeamsConfig>;
