/** What an operator may set about ntfy. */
import { Secret } from '@netsentinel/kernel/secret';
import { z } from 'zod';
import { allowPrivate, ca, serviceUrl, timeoutMs } from '../options.ts';

export const NtfyConfig = z.strictObject({
  url: serviceUrl('https://ntfy.example.com').default('https://ntfy.sh'),
  topic: Secret.describe('The topic, letters, digits, - and _. On a public server whoever knows it reads along.'),
  token: Secret.optional().describe('Access token (`tk_…`).'),
  allowPrivate,
  ca,
  timeoutMs,
});
export type NtfyConfig = z.infer<typeof NtfyConfig>;
