/** What an operator may set about PagerDuty. */
import { Secret } from '@netsentinel/kernel/secret';
import { z } from 'zod';
import { allowPrivate, ca, serviceUrl, timeoutMs } from '../options.ts';

export const PagerDutyConfig = z.strictObject({
  routingKey: Secret.describe('Integration key of the service (Events API v2), 32 characters.'),
  url: serviceUrl('https://events.eu.pagerduty.com/v2/enqueue for accounts in the EU').default(
    'https://events.pagerduty.com/v2/enqueue',
  ),
  allowPrivate,
  ca,
  timeoutMs,
});
export type PagerDutyConfig = z.infer<typeof PagerDutyConfig>;
