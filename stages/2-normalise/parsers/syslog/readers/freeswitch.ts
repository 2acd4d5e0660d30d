/** FreeSWITCH: `SIP auth failure (REGISTER) on sofia profile 'internal' for [bob@host] from ip ADDRESS`: the address is the last, whatever the caller calls himself. */
import { addressIn } from '../peer.ts';
import { failedLogin, type MessageReader } from '../reading.ts';

/** A challenge is how every registration begins, so it is not looked for. */
const FAILURE = /\bSIP auth failure \(\w+\) on sofia profile '[^']*' for \[(.*)\] from ip (\S+)$/;

export const freeswitch: MessageReader = (message) => {
  const match = FAILURE.exec(message);
  return match === null ? undefined : failedLogin(addressIn(match[2]!), match[1]!.split('@', 1)[0], 'sip-login');
};
