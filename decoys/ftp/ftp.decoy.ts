/** The FTP decoy: vsftpd 3.0.3 or ProFTPD 1.3.8 of Debian 12, over the machine that SSH shows. */
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import { portsIn } from '@netsentinel/contracts/passive-ports';
import { defineService } from '../service/define-service.ts';
import { tlsIdentity } from '../tls/tls-identity.ts';
import { FtpConfig } from './ftp.config.ts';
import { FtpSession, type FtpServer } from './ftp-session.ts';
import { PassivePorts } from './passive-ports.ts';
import { proftpd } from './proftpd/proftpd.ts';
import { vsftpd } from './vsftpd/vsftpd.ts';

/** One decoy's, from its `create` to its sessions. */
const passivePorts = new WeakMap<FtpConfig, PassivePorts>();

const service = defineService<FtpConfig>({
  id: 'ftp',
  summary: 'FTP and FTPS as vsftpd 3.0.3 or ProFTPD 1.3.8 of Debian 12, on the machine that SSH shows, uploads kept.',
  stability: 'experimental',
  standardPort: 21,
  config: FtpConfig,
  // Its own timeouts are the real servers'.
  limits: { idleMs: 3_700_000 },
  open({ persona }, config) {
    const server: FtpServer = {
      config,
      dialect: config.product === 'vsftpd' ? vsftpd : proftpd,
      passive: passivePorts.get(config)!,
      identity: config.tls === 'off' ? undefined : tlsIdentity(persona, { commonName: persona.hostname }),
      clients: new Set(),
    };
    return (session) => new FtpSession(server, session);
  },
});

export const ftpDecoy: DecoyDefinition<FtpConfig> = {
  ...service,
  describe: (_, { product, tls }) => ({
    service: tls === 'implicit' ? 'ssl/ftp' : 'ftp',
    product: product === 'vsftpd' ? 'vsftpd' : 'ProFTPD',
    // ProFTPD's greeting on Debian names no version; nmap finds it nowhere else.
    version: product === 'vsftpd' ? '3.0.3' : '',
  }),
  create(ctx, config) {
    const passive = new PassivePorts(portsIn(config.passivePorts));
    passivePorts.set(config, passive);
    const decoy = service.create(ctx, config);
    return {
      get connections() {
        return decoy.connections;
      },
      accept: (connection) =>
        passive.has(connection.destination.port) ? passive.accept(connection) : decoy.accept(connection),
      close() {
        passive.close();
        return decoy.close();
      },
    };
  },
};
