/** Samba's audit of logins: `Auth: [SMB2,(null)] user [DOMAIN]\[NAME] at […] with […] status [NT_STATUS_…] workstation […] remote host [ipv4:ADDRESS:PORT] …`. */
import { addressIn } from '../peer.ts';
import { failedLogin, login, type MessageReader } from '../reading.ts';
import { generic } from './generic.ts';

/** Names may hold brackets: the last `remote host` is Samba's own, as nothing behind it is the client's. */
const AUTH =
  /^Auth: \[[^\]]*\] user \[[^\]]*\]\\\[(.{0,256}?)\] at \[.* status \[(NT_STATUS_\w+)\] workstation \[.*\] remote host \[(?:ipv[46]:)?([^\]\s]+)\] /;

export const samba: MessageReader = (message) => {
  if (!message.startsWith('Auth: ')) return generic(message);
  const match = AUTH.exec(message);
  if (match === null) return undefined;
  const source = addressIn(match[3]!);
  return match[2] === 'NT_STATUS_OK'
    ? login(source, match[1], 'smb-login')
    : failedLogin(source, match[1], 'smb-login');
};
