/** The SMB decoy: a Samba or Windows file server, by its persona, with shares that can be read and written. */
import { defineService } from '../service/define-service.ts';
import { ShareStore } from './files/share-store.ts';
import { identityOf } from './products.ts';
import { MemoryBudget, type SmbServer } from './smb-client.ts';
import { SmbConfig } from './smb.config.ts';
import { SmbConnection } from './smb-connection.ts';

/** What nmap calls every server since 2008 R2 whose answer to SMB 1 it reads; without SMB 1 it says no more than the port. */
const NMAP_WINDOWS = 'Microsoft Windows Server 2008 R2 - 2012 microsoft-ds';
/** Unfinished messages of all connections together. */
const MAX_UNFINISHED = 128 * 1024 * 1024;

export const smbDecoy = defineService<SmbConfig>({
  id: 'smb',
  summary:
    'A Samba or Windows file server (SMB 1 to 3.1.1) with shares, remote procedures and NTLM logins, all of it pretended and recorded.',
  stability: 'experimental',
  standardPort: 445,
  config: SmbConfig,
  describe(persona, config) {
    const { product } = identityOf(persona, config);
    return product.family === 'samba'
      ? { service: 'netbios-ssn', product: 'Samba smbd', version: product.smb1 ? '3.X - 4.X' : '4' }
      : { service: 'microsoft-ds', product: product.smb1 ? NMAP_WINDOWS : '', version: '' };
  },
  open({ persona, ctx }, config) {
    const identity = identityOf(persona, config);
    const server: SmbServer = {
      identity,
      store: new ShareStore(ctx, identity, config.maxMachines),
      memory: new MemoryBudget(MAX_UNFINISHED),
    };
    return (session) => new SmbConnection(server, session);
  },
});
