/** Dropbear's SSH server: `Bad password attempt for 'NAME' from ADDRESS:PORT`. The address comes last, or in `<…>` before what the client said. */
import { addressIn } from '../peer.ts';
import { failedLogin, login, refusedConnection, type Reading } from '../reading.ts';

const PREFIX = /^\[\d+\] [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;
const FAILED =
  /^(?:[Bb]ad (?:password|PAM password) attempt for '(.*)'|[Ll]ogin attempt (?:for nonexistent|with wrong) user(?: '(.*)')?) from (\S+)$/;
const EXIT = /^[Ee]xit before auth(?: from <([^>\s]+)>:)?(?: \(user '.*', \d+ fails\))?:? ?(.*)$/;
const ACCEPTED = /^(?:Password|Pubkey|PAM password) auth succeeded for '(.*?)'(?: with .*)? from (\S+)$/i;

export function dropbear(text: string): Reading | undefined {
  const message = text.replace(PREFIX, '');
  const failed = FAILED.exec(message);
  if (failed !== null) return failedLogin(addressIn(failed[3]!), failed[1] ?? failed[2], 'ssh_login');
  const accepted = ACCEPTED.exec(message);
  if (accepted !== null) return login(addressIn(accepted[2]!), accepted[1], 'ssh_login');
  const exit = EXIT.exec(message);
  if (exit === null) return undefined;
  const source = addressIn(exit[1] ?? / from (\S+)$/.exec(message)?.[1] ?? '');
  return source !== undefined && message.includes('Max auth tries reached')
    ? refusedConnection(source, 'ssh_disconnect')
    : undefined;
}
