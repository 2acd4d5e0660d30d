/** VPN gateways: strongSwan's `charon`, whose failures name a connection and whose packets name the peer; and WireGuard in the kernel's log. */
import { addressIn } from '../peer.ts';
import { failedLogin, refusedConnection, type MessageReader } from '../reading.ts';

/** `08[IKE] <con2|1807> …`: the connection's number. */
const CONNECTION = /^\d{1,3}\[[A-Z]{3}\] <(?:[^|>]{0,128}\|)?(\d{1,9})> /;
const PACKET = /^(received packet: from (\S+?)\[\d+\]|sending packet: from \S+ to (\S+?)\[\d+\])/;
const FAILED =
  /^(?:EAP-\S+ verification failed|EAP(?: method \S+| authentication)? .{0,128}failed|(?:XAuth )?authentication of .{0,256} (?:with \S+ )?failed|no shared key found for|tried \d+ shared keys? for .{0,256}but MAC mismatched|received (?:AUTHENTICATION_FAILED|NO_PROPOSAL_CHOSEN)|no (?:IKE|peer) config found for|PAM authentication of .{0,128} failed)/;
/** Connections share the table of processes with sshd's and others' numbers, which end far below. */
const FIRST = 1_000_000_000;

export const charon: MessageReader = (message, { host, ms, sessions }) => {
  const connection = CONNECTION.exec(message);
  if (connection === null) return undefined;
  const text = message.slice(connection[0].length);
  const packet = PACKET.exec(text);
  const hasFailed = packet === null && FAILED.test(text);
  if (packet === null && !hasFailed) return undefined;
  const session = sessions.of(host, FIRST + Number(connection[1]), ms);
  if (packet !== null) {
    session.source = addressIn(packet[2] ?? packet[3]!);
    if (!session.owed || session.source === undefined) return undefined;
    session.owed = false;
    return failedLogin(session.source, undefined, 'vpn-login');
  }
  if (session.source !== undefined) return failedLogin(session.source, undefined, 'vpn-login');
  session.owed = true;
  return undefined;
};

/** `wireguard: wg0: Invalid handshake initiation from 198.51.100.7:51820`. */
export const kernel: MessageReader = (message) => {
  const match =
    /^(?:\[ *[\d.]+\] )?wireguard: \S{1,32}: (?:Invalid (?:MAC of )?handshake|Packet has (?:unallowed|incorrect)|Invalid).{0,64} (?:from|initiation from) (\S+)$/.exec(
      message,
    );
  const source = addressIn(match?.[1] ?? '');
  return source === undefined ? undefined : refusedConnection(source, 'vpn-refused');
};
