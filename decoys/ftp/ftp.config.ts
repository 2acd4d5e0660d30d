/** What can be configured of the FTP decoy. The defaults are Debian 12's vsftpd with writing allowed. */
import { z } from 'zod';
import { PassivePortRange } from './passive-port-range.ts';
import { serviceFields } from '../service/service.config.ts';

export const FtpConfig = z.strictObject({
  ...serviceFields,
  product: z
    .enum(['vsftpd', 'proftpd'])
    .default('vsftpd')
    .describe('The server that this is, as Debian 12 ships it: vsftpd 3.0.3 or ProFTPD 1.3.8.'),
  anonymous: z
    .boolean()
    .default(false)
    .describe('Let `anonymous` and `ftp` in with any password, to read what is under /srv/ftp (vsftpd only).'),
  tls: z
    .enum(['off', 'explicit', 'implicit'])
    .default('off')
    .describe(
      'FTPS: `explicit` offers AUTH TLS on the same port; `implicit` begins with TLS, as on port 990. Debian ships both servers with it off.',
    ),
  passivePorts: PassivePortRange.default({ from: 45_010, to: 45_025 }).describe(
    'Ports for passive data connections. The launcher binds them at the address of the decoy; another FTP decoy at the same address needs others.',
  ),
  passiveAddress: z
    .ipv4()
    .optional()
    .describe(
      'The IPv4 address to tell clients for data connections (pasv_address), where they reach this machine by another than its own.',
    ),
  failureDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(2000)
    .describe(
      'Mean delay that PAM adds to a wrong password, milliseconds; vsftpd adds a second of its own. 0 answers at once.',
    ),
  idleTimeoutMs: z
    .number()
    .int()
    .min(1000)
    .max(3_600_000)
    .optional()
    .describe(
      'A session without commands for so long is ended, milliseconds. Without it: five minutes (vsftpd) or twenty (ProFTPD).',
    ),
});
export type FtpConfig = z.infer<typeof FtpConfig>;
