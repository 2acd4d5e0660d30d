/** What an operator may set about syslog. */
import { z } from 'zod';
import { ca, port, timeoutMs } from '../options.ts';

export const SyslogConfig = z.strictObject({
  host: z.string().min(1).max(253).describe('The syslog server.'),
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('tls')
    .describe('`udp` (RFC 5426): nobody says whether it came; `tcp` (RFC 6587); `tls` (RFC 5425).'),
  port: port.optional().describe('Port; without it, the usual one: 514, 601 or 6514.'),
  framing: z
    .enum(['octets', 'lines'])
    .default('octets')
    .describe(
      'How messages are told apart over TCP: by a count in front of each, or by the end of the line. TLS always counts.',
    ),
  facility: z
    .enum([
      'user',
      'daemon',
      'auth',
      'authpriv',
      'local0',
      'local1',
      'local2',
      'local3',
      'local4',
      'local5',
      'local6',
      'local7',
    ])
    .default('authpriv')
    .describe('Facility.'),
  ca,
  timeoutMs,
});
export type SyslogConfig = z.infer<typeof SyslogConfig>;
