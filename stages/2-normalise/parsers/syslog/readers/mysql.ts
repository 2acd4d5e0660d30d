/** MySQL and MariaDB: `Access denied for user 'NAME'@'HOST' (using password: YES)`. The name is the client's, the host is the last in quotes. */
import { endpointOf } from '../../../text/endpoint.ts';
import { failedLogin, type Reading } from '../reading.ts';

const DENIED =
  /(?:^|\] |\d )[Aa]ccess denied for user '(.*)'@'([^']+)'(?: \(using password: (?:YES|NO)\)| to database '.*')?$/;
const ABORTED = /^Aborted connection \d+ to db: '.*' user: '(.*)' host: '([^']+)' \((.*)\)$/;

export function mysql(text: string): Reading | undefined {
  const denied = text.includes('ccess denied for user ') ? DENIED.exec(text.trimEnd()) : null;
  if (denied !== null) {
    // The database's name is the client's as well: with it, a second host may be somebody's invention.
    const invented = text.includes("' to database '") && text.indexOf("'@'") !== text.lastIndexOf("'@'");
    return failedLogin(invented ? undefined : endpointOf(denied[2]!), denied[1], 'database-login');
  }
  const begin = text.indexOf('Aborted connection ');
  const aborted = begin === -1 ? null : ABORTED.exec(text.slice(begin));
  if (aborted === null) return undefined;
  const source = aborted[2] === 'connecting host' ? undefined : endpointOf(aborted[2]!);
  return { category: ['database', 'network'], type: ['connection', 'end'], source, user: { name: aborted[1] } };
}
