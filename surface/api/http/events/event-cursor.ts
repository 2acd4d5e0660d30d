/** Where a page begins, as clients see it: opaque, so that what is in it may change. It names a place in time and nothing else; a made-up one is a place, too. */
import { z } from 'zod';

const KEY = /^-?\d{1,16}\.\d{1,16}$/;

/** The `next` of a page of the store as a client is given it. */
export function cursorOf(next: string): string {
  return Buffer.from(next).toString('base64url');
}

export const Cursor = z
  .string()
  .max(64)
  .transform((text, ctx) => {
    const key = Buffer.from(text, 'base64url').toString('latin1');
    if (KEY.test(key)) return key;
    ctx.addIssue({ code: 'custom', message: 'not the `next` of a page' });
    return z.NEVER;
  })
  .describe('The `next` of the page before');
