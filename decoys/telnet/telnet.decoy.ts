/** The Telnet decoy: telnetd of Debian 12 (inetutils), of Ubuntu and RHEL (netkit), or busybox, with the same machine and logins behind it as the persona's other services. */
import { defineService } from '../service/define-service.ts';
import type { Persona } from '../persona/persona.types.ts';
import { TelnetConfig } from './telnet.config.ts';
import { type Daemon, TelnetProtocol } from './telnet.protocol.ts';

export const telnetDecoy = defineService<TelnetConfig>({
  id: 'telnet',
  summary:
    'Telnet with a login and a shell: telnetd of Debian 12, of Ubuntu and RHEL, or busybox as on routers and cameras.',
  stability: 'stable',
  standardPort: 23,
  config: TelnetConfig,
  // A login shell that nobody types in stays open on real machines; this bounds what is held of those who vanished.
  limits: { idleMs: 3_600_000 },
  describe: (persona, config) => ({ service: 'telnet', ...PRODUCTS[daemonOf(persona, config)] }),
  open:
    ({ persona }, config) =>
    (session) =>
      new TelnetProtocol(session, config, daemonOf(persona, config)),
});

/** As nmap names them; it knows no name for inetutils. */
const PRODUCTS: Readonly<Record<Daemon, { readonly product: string; readonly version: string }>> = {
  inetutils: { product: '', version: '' },
  netkit: { product: 'Linux telnetd', version: '' },
  busybox: { product: 'BusyBox telnetd', version: '1.14.0 or later' },
};

function daemonOf(persona: Persona, config: TelnetConfig): Daemon {
  if (config.daemon !== 'persona') return config.daemon;
  if (persona.os.family === 'busybox') return 'busybox';
  return persona.os.id === 'debian' ? 'inetutils' : 'netkit';
}
