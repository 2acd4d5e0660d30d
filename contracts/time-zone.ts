/** Time zones by their IANA names: `Europe/Berlin`. */
import { z } from 'zod';

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'no time zone: for example Europe/Berlin or UTC')
  .default('UTC')
  .describe('Time zone, an IANA name.');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
