/** What an operator may set about Discord. */
import { z } from 'zod';
import { allowPrivate, ca, secretUrl, timeoutMs } from '../options.ts';

export const DiscordConfig = z.strictObject({
  url: secretUrl('The channel’s webhook URL (https://discord.com/api/webhooks/…).'),
  allowPrivate,
  ca,
  timeoutMs,
});
export type DiscordConfig = z.infer<typeof DiscordConfig>;
