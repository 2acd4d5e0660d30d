/** What an operator may set about Slack. */
import { z } from 'zod';
import { allowPrivate, ca, secretUrl, timeoutMs } from '../options.ts';

export const SlackConfig = z.strictObject({
  url: secretUrl('The incoming webhook’s URL (https://hooks.slack.com/services/…).'),
  allowPrivate,
  ca,
  timeoutMs,
});
export type SlackConfig = z.infer<typeof SlackConfig>;
