/** login(1) of shadow, util-linux and BSD. The name is typed by whoever stands at the terminal, and comes last. */
import { addressIn } from '../peer.ts';
import { failedLogin, login as succeeded, type Reading } from '../reading.ts';

const FAILED =
  /^(?:FAILED LOGIN|TOO MANY LOGIN TRIES|pam_open_session|FAILED LOGIN SESSION)(?: SESSION)?(?: \(?\d+\)?)?(?: on '[^']*')?(?: from '([^']*)'|\s+FROM (\S+))? FOR '?(.*?)'?(?:, [A-Za-z ]+)?$/;
const BSD_FAILED = /^(?:\d+ )?LOGIN FAILURES?(?: ON \S+| FROM (\S+?))?(?:, (.*))?$/;
const SUCCEEDED =
  /^(?:ROOT LOGIN|LOGIN|DIALUP)(?: \((\w+)\))?\s+(?:ON|on) (?:'[^']*'|\S+)(?: BY (\S+))?(?: (?:FROM|from) '?([^'\s]+)'?)?/;

export function login(message: string): Reading | undefined {
  const failed = FAILED.exec(message);
  if (failed !== null) return failedLogin(addressIn(failed[1] ?? failed[2] ?? ''), failed[3]);
  const bsd = BSD_FAILED.exec(message);
  if (bsd !== null) return failedLogin(addressIn(bsd[1] ?? ''), bsd[2]);
  const ok = SUCCEEDED.exec(message);
  return ok === null ? undefined : succeeded(addressIn(ok[3] ?? ''), ok[2] ?? ok[1] ?? 'root');
}
