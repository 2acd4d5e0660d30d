/** The SSH decoy: an OpenSSH 9.2p1 server of Debian 12, with a machine of its own behind the login for each attacker. */
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import { createSshServer } from './ssh-server.ts';
import { SshConfig } from './ssh.config.ts';

export const sshDecoy: DecoyDefinition<SshConfig, Persona> = {
  id: 'ssh',
  summary: 'OpenSSH 9.2p1 of Debian 12 with shell, SFTP, SCP and port forwarding, all of it pretended and recorded.',
  stability: 'stable',
  transport: 'tcp',
  standardPort: 22,
  config: SshConfig,
  describe({ ssh, software }, config) {
    const own = config.software ?? ssh.software;
    const { product, version } = own === ssh.software ? (software.openssh ?? {}) : {};
    // As nmap takes the banner apart.
    return {
      service: 'ssh',
      product: product ?? 'OpenSSH',
      version: version ?? own.replace(/^OpenSSH_/, '').replace(/[ -](\w+)-/, ' $1 '),
    };
  },
  create: (ctx, config) => createSshServer(ctx, config),
};
