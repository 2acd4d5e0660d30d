/** The SSH decoy: an OpenSSH 9.2p1 server of Debian 12, with a machine of its own behind the login for each attacker. */
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import { createPersona } from '../persona/persona.ts';
import { openMachine } from '../shell/machine.ts';
import { createSshServer } from './ssh-server.ts';
import { SshConfig } from './ssh.config.ts';

export const sshDecoy: DecoyDefinition<SshConfig> = {
  id: 'ssh',
  summary: 'OpenSSH 9.2p1 of Debian 12 with shell, SFTP, SCP and port forwarding, all of it pretended and recorded.',
  stability: 'stable',
  transport: 'tcp',
  standardPort: 22,
  config: SshConfig,
  create(ctx, config) {
    const persona = createPersona(ctx.seed, config.persona);
    // Its installed system is made with the first machine: tens of milliseconds that no session shall wait for.
    openMachine(persona, ctx.clock);
    return createSshServer(ctx, config, { openMachine, persona });
  },
};
