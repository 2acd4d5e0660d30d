/** A Telnet client names its user so that `login` asks for no password: `-f root` by NEW-ENVIRON, CVE-2026-24061 of inetutils. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

export const telnetAuthBypass = plainDetector(
  {
    id: 'telnet-auth-bypass',
    title: 'Login without a password by a flaw of telnetd',
    severity: 'critical',
    confidence: 98,
    techniques: ['T1190'],
    tactics: ['TA0001'],
    falsePositives: 'A vulnerability scanner of your own.',
    on: ['login'],
  },
  ({ event, login }) => {
    if (event.netsentinel.credential?.method !== 'environment' || event.netsentinel.decoy === undefined)
      return undefined;
    const user = quote(event.user?.name ?? '');
    return login?.outcome === 'success'
      ? { summary: `Logged in as ${user} without a password, by the user that the client named` }
      : { summary: `Tried to log in as ${user} without a password`, severity: 'high' };
  },
);
