/** ProFTPD: `SERVER (NAME[ADDRESS])[ - ][: ]TEXT`. The client stands at the begin; what it calls itself comes behind. */
import { endpointOf } from '../../../text/endpoint.ts';
import { failedLogin, login, refusedConnection, type Reading } from '../reading.ts';

const CLIENT = /^\S+ \((\S*?)\[([^\]\s]+)\]\)(?::| -) (.*)$/;
const FAILED = /^USER (.*?)(?: \(Login failed\)|: no such user found from |: Login failed)/;
const REFUSED =
  /^(?:SECURITY VIOLATION: |Maximum login attempts \(\d+\) exceeded|(?:Connection refused|Refused (?:PASV|PORT|user) )|Bad (?:protocol|password)|mod_sftp\/\S+: (?:client sent|disconnecting))/;

export function proftpd(message: string): Reading | undefined {
  const match = CLIENT.exec(message);
  if (match === null) return undefined;
  const source = endpointOf(match[2]!);
  const said = match[3]!;
  const failed = FAILED.exec(said);
  if (failed !== null) return failedLogin(source, failed[1], 'ftp-login');
  if (said.startsWith('SECURITY VIOLATION: ')) return failedLogin(source, said.slice(20).split(' ', 1)[0], 'ftp-login');
  if (REFUSED.test(said)) return refusedConnection(source, 'ftp-refused');
  const ok = /^USER (\S+): Login successful/.exec(said);
  if (ok !== null) return login(source, ok[1], 'ftp-login');
  if (/^FTP session (?:opened|closed)/.test(said))
    return { category: ['network'], type: ['connection', said.includes('opened') ? 'start' : 'end'], source };
  return undefined;
}
