/**
 * Whether a record proves that its source's address is the sender's own. A service that answered the client proves it: to log in, to ask
 * for a page or to hand in mail takes a completed TCP handshake. What a firewall saw does not, nor anything that came in one datagram:
 * anybody can send those in another's name, and who is blocked for them may never have heard of us.
 */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { get } from '../text/document.ts';

/** Kinds of events that only a client who was answered can cause. */
const ANSWERED = new Set(['authentication', 'session', 'web', 'email', 'database', 'iam', 'process', 'file', 'api']);
const ONE_WAY = new Set(['udp', 'icmp', 'ipv6-icmp', 'icmpv6']);
/** Services whose clients speak UDP, at least by default: what they log of an address is a claim. */
const OVER_DATAGRAMS = new Set([
  'asterisk',
  'charon',
  'dnsmasq',
  'freeradius',
  'kamailio',
  'named',
  'ntpd',
  'openvpn',
  'opensips',
  'pluto',
  'radiusd',
  'snmpd',
  'unbound',
  'xl2tpd',
]);
/** Services that tell of a client once its TCP connection is there, logged in or not. */
const ACCEPTS_TCP = new Set(['sshd', 'sshd-session', 'dovecot', 'vsftpd', 'proftpd', 'pure-ftpd']);
/** Zeek's connection states in which the responder's answer was acknowledged. */
const ESTABLISHED = new Set(['S1', 'S2', 'S3', 'SF', 'RSTO', 'RSTR']);

/** Never throws. */
export function provesSource(document: EcsDocument): boolean {
  const transport = get(document, 'network.transport');
  if (typeof transport === 'string' && ONE_WAY.has(transport)) return false;
  const program = get(document, 'process.name');
  if (typeof program === 'string' && OVER_DATAGRAMS.has(program)) return false;
  if (typeof program === 'string' && (ACCEPTS_TCP.has(program) || program.startsWith('postfix/'))) return true;
  const state = get(document, 'zeek.connection.state');
  if (typeof state === 'string') return ESTABLISHED.has(state);
  const { category } = document.event;
  return Array.isArray(category) && category.some((one) => ANSWERED.has(one as string));
}
