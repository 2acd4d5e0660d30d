/** What an operator may set about e-mail. */
import { Secret } from '@netsentinel/kernel/secret';
import { z } from 'zod';
import { ca, port, timeoutMs } from '../options.ts';

/** An address alone, without a name: nothing in it can become a header. */
const address = z
  .string()
  .max(254)
  .regex(/^[^\s@<>()[\],;:\\"]+@[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, 'an address such as ops@example.com');

export const EmailConfig = z
  .strictObject({
    host: z.string().min(1).max(253).describe('The mail server.'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        '`starttls`: a connection that must become encrypted (port 587); `implicit`: encrypted from the start (port 465); `none`: readable by everybody on the way.',
      ),
    port: port.optional().describe('Port; without it, the usual one: 587, 465 or 25.'),
    user: z.string().max(254).optional().describe('Name to log in with.'),
    password: Secret.optional().describe('Password to log in with.'),
    from: address.describe('Sender’s address.'),
    to: z.array(address).min(1).max(50).describe('Who gets the mail.'),
    ca,
    timeoutMs,
  })
  .superRefine(({ tls, user, password }, ctx) => {
    if ((user === undefined) !== (password === undefined))
      ctx.addIssue({ code: 'custom', path: ['user'], message: '`user` and `password` belong together' });
    if (tls === 'none' && password !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['tls'],
        message: 'a password is not sent over a connection that anybody can read',
      });
  });
export type EmailConfig = z.infer<typeof EmailConfig>;
