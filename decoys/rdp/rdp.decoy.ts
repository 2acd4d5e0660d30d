/** The RDP decoy: Remote Desktop of a Windows server up to the screen that asks who is there. */
import { defineService } from '../service/define-service.ts';
import { rdpIdentity } from './rdp-identity.ts';
import { RdpProtocol } from './rdp-protocol.ts';
import { RdpConfig } from './rdp.config.ts';

export const rdpDecoy = defineService<RdpConfig>({
  id: 'rdp',
  summary:
    'Remote Desktop of a Windows server: NLA, TLS and RDP’s own security, to the login screen; all logins recorded.',
  stability: 'experimental',
  standardPort: 3389,
  config: RdpConfig,
  describe: () => ({ service: 'ms-wbt-server', product: 'Microsoft Terminal Services', version: '' }),
  open({ persona, ctx }, config) {
    const identity = rdpIdentity(persona, ctx.clock.now());
    return (session) => {
      session.wait(session.logins.prepare(session.actor), () => {});
      return new RdpProtocol(session, identity, config);
    };
  },
});
