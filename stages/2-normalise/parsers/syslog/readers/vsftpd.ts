/** vsftpd, in syslog and in its own log: `[pid N] [NAME] FAIL LOGIN: Client "ADDRESS"`. The name in brackets is the client's and may hold anything. */
import { addressIn } from '../peer.ts';
import { failedLogin, login, type Reading } from '../reading.ts';

const LOGIN_LINE = /^(?:\[pid \d+\] )?\[(.*)\] (FAIL|OK) LOGIN: Client "([^"]+)"(?:, .*)?$/;
const CONNECT = /^(?:\[pid \d+\] )?CONNECT: Client "([^"]+)"(?:, .*)?$/;
const TRANSFER =
  /^(?:\[pid \d+\] )?\[([^\]]+)\] (OK|FAIL) (UPLOAD|DOWNLOAD|DELETE|MKDIR|RMDIR|RENAME|CHMOD): Client "([^"]+)"/;

export function vsftpd(message: string): Reading | undefined {
  const attempt = LOGIN_LINE.exec(message);
  if (attempt !== null) {
    const source = addressIn(attempt[3]!);
    return attempt[2] === 'FAIL'
      ? failedLogin(source, attempt[1], 'ftp-login')
      : login(source, attempt[1], 'ftp-login');
  }
  const connect = CONNECT.exec(message);
  if (connect !== null) return { category: ['network'], type: ['connection', 'start'], source: addressIn(connect[1]!) };
  const transfer = TRANSFER.exec(message);
  if (transfer === null) return undefined;
  return {
    category: ['file'],
    type: [transfer[3] === 'UPLOAD' ? 'creation' : transfer[3] === 'DELETE' ? 'deletion' : 'access'],
    outcome: transfer[2] === 'OK' ? 'success' : 'unknown',
    action: `ftp-${transfer[3]!.toLowerCase()}`,
    source: addressIn(transfer[4]!),
    user: { name: transfer[1]! },
  };
}
