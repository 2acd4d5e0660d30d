/** What a message of IOS says beyond its name: access lists, logins, sessions. Source: Cisco IOS System Messages Guide. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { numberIn, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';

/** `list NAME denied udp 192.0.2.1(5) (Gi0/1 0200.0000.0001) -> 198.51.100.7(53) (3/3), 1 packet`; from version 15 on, in hexadecimal brackets a hash behind. */
const ACCESS =
  /^(?:access-list logging rate-limited|list (\S+) (denied|permitted) (\S+) ([^\s()]+)(?:\((\d+)\))?(?: \([^()]*\))? -> ([^\s(),]+)(?:\((\d+)\))?(?: \((\d+)\/(\d+)\))?, (\d+) packets?)/;
const LOGIN = /^Login (Success|failed) \[user: ([^\]]*)\] \[Source: ([^\]]*)\] \[localport: (\d+)\]/i;
const SESSION = /^User (\S+) has exited (\S+) session (\d+) ?\(([^()]*)\)/;
const REFUSED = /^(?:Authentication failed for|.*authentication failure).* from host (\S+)/i;

/** What is not there leaves the document with type `info`. */
export function readMessage(name: string, text: string): EcsGroup {
  if (name.startsWith('IPACCESSLOG') || name.startsWith('ACCESSLOG')) return accessList(text) ?? {};
  const login = LOGIN.exec(text);
  if (login !== null) {
    const [, result, user, address, port] = login;
    return {
      ...who(user, address),
      event: {
        category: ['network', 'authentication'],
        outcome: result!.toLowerCase() === 'success' ? 'success' : 'failure',
      },
      destination: { port: portOf(port) },
      cisco: { ios: { action: 'Login' } },
    };
  }
  const session = SESSION.exec(text);
  if (session !== null) {
    const [, user, type, number, address] = session;
    return { ...who(user, address), cisco: { ios: { action: 'exited', session: { type, number } } } };
  }
  const refused = REFUSED.exec(text);
  if (refused === null) return {};
  return {
    ...who(undefined, refused[1]),
    event: { category: ['network', 'authentication'], outcome: 'failure' },
  };
}

function who(user: string | undefined, address: string | undefined): EcsGroup {
  const ip = canonicalAddress(address ?? '');
  const named = user === undefined || user === '' ? undefined : { name: user };
  return {
    source: { address, ip, user: named },
    network: ip === undefined ? undefined : { type: typeOf(ip) },
    related: { ip: related(ip), user: related(user) },
  };
}

function accessList(text: string): EcsGroup | undefined {
  const match = ACCESS.exec(text);
  if (match?.[1] === undefined) return undefined;
  const [, list, verdict, protocol, from, fromPort, to, toPort, icmpType, icmpCode, packets] = match;
  const source = sideOf(from!, fromPort);
  const destination = sideOf(to!, toPort);
  const numbered = /^\d+$/.test(protocol!);
  const transport = numbered ? undefined : protocol;
  const icmp = icmpType !== undefined;
  const denied = verdict === 'denied';
  return {
    event: { action: denied ? 'deny' : 'allow', type: ['info', denied ? 'denied' : 'allowed'] },
    source: { ...source, packets: numberIn(packets) },
    destination,
    network: {
      transport,
      iana_number: numbered ? protocol : undefined,
      type: source.ip === undefined ? undefined : typeOf(source.ip),
      packets: numberIn(packets),
      community_id: communityId(
        transport,
        source.ip,
        icmp ? numberIn(icmpType) : usable(source.port),
        destination.ip,
        icmp ? numberIn(icmpCode) : usable(destination.port),
      ),
    },
    icmp: icmp ? { type: icmpType, code: icmpCode } : undefined,
    related: { ip: related(source.ip, destination.ip) },
    cisco: { ios: { access_list: list } },
  };
}

/** Port 0 is what IOS writes where the rule did not look at ports. */
function usable(port: number | undefined): number | undefined {
  return port === 0 ? undefined : port;
}

function sideOf(address: string, port: string | undefined) {
  return { address, ip: canonicalAddress(address), port: portOf(port) };
}

function typeOf(ip: string): string {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}
