/** What the services on pfSense and OPNsense say: DHCP, OpenVPN, the resolver, and logins to the firewall itself. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { numberIn, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import { domainParts } from '../../text/registered-domain.ts';
import { interfaceOf, vlanOf } from './filterlog.ts';

const DHCP4 =
  /^(DHCP[A-Z]+) (?:(?:on|for|of) ([\da-f.:]+) )?(?:\(([\d.]+)\) )?(?:(?:from|to) )?([\da-f]{2}(?::[\da-f]{2}){5})(?: \(([^()]*)\))?(?: via (\S+))?/i;
const BPF = /^(Listening|Sending) on BPF\/([^/]+)\/([\da-f:]{17})\/(\S+)$/;
const DHCP6_PEER = /^(.+?) (?:from|to) ([\da-f:]+:[\da-f:]+) port (\d+)(?:, transaction ID (\S+))?/i;
const DHCP6_ADDRESS =
  /^(.*?)(?:: address)? ([\da-f]*:[\da-f:]+:[\da-f]+)(?:\/\d+)?(?: on (\S+)|$| to client with duid (\S+) iaid = -?(\d+) valid for (\d+) seconds)/i;
const BASE = { category: ['network'], type: ['connection', 'protocol', 'info'] };

export function dhcp(program: string, text: string): EcsGroup {
  const old = DHCP4.exec(text);
  if (old !== null) {
    const [, action, address, server, mac, hostname, device] = old;
    return {
      event: { ...BASE, action },
      ...clientOf(address, undefined, mac),
      ...serverOf(server, undefined),
      related: { ip: related(canonicalAddress(address ?? ''), canonicalAddress(server ?? '')) },
      network: networkOf('dhcp', address, device),
      observer: device === undefined ? {} : { ingress: interfaceOf(device) },
      pfsense: { dhcp: { hostname } },
    };
  }
  const bpf = BPF.exec(text);
  if (bpf !== null) {
    const [, verb, device, mac, subnet] = bpf;
    return {
      event: { ...BASE, action: `${verb!.toLowerCase()}-on-bpf` },
      ...serverOf(undefined, mac),
      network: networkOf('dhcp', undefined, device),
      observer: { ingress: interfaceOf(device) },
      pfsense: { dhcp: { subnet } },
    };
  }
  return dhcp6(program, text);
}

function dhcp6(program: string, text: string): EcsGroup {
  const peer = DHCP6_PEER.exec(text);
  if (peer !== null) {
    const [, verb, address, port, transaction] = peer;
    return {
      event: { ...BASE, action: actionOf(verb!) },
      ...clientOf(address, portOf(port), undefined),
      network: networkOf('dhcpv6', address, undefined),
      pfsense: { dhcp: { transaction_id: transaction } },
    };
  }
  const leased = DHCP6_ADDRESS.exec(text);
  if (leased !== null) {
    const [, verb, address, device, duid, iaid, seconds] = leased;
    return {
      event: { ...BASE, action: actionOf(verb!) },
      ...clientOf(address, undefined, undefined),
      network: networkOf('dhcpv6', address, device),
      observer: device === undefined ? {} : { ingress: interfaceOf(device) },
      pfsense: { dhcp: { duid, iaid, lease_time: numberIn(seconds) } },
    };
  }
  return { event: BASE, network: networkOf(program === 'dhcp6c' ? 'dhcpv6' : 'dhcp', undefined, undefined) };
}

function actionOf(words: string): string {
  return words.trim().toLowerCase().replace(/\s+/g, '-').slice(0, 64);
}

function networkOf(protocol: string, address: string | undefined, device: string | undefined): EcsGroup {
  const ip = canonicalAddress(address ?? '');
  return {
    protocol,
    transport: 'udp',
    type: ip === undefined ? undefined : ip.includes(':') ? 'ipv6' : 'ipv4',
    vlan: vlanOf(device),
  };
}

function clientOf(address: string | undefined, port: number | undefined, mac: string | undefined): EcsGroup {
  const side = sideOf(address, port, mac);
  return { source: side, client: side, related: { ip: related(side['ip'] as string | undefined) } };
}

function serverOf(address: string | undefined, mac: string | undefined): EcsGroup {
  if (address === undefined && mac === undefined) return {};
  const side = sideOf(address, undefined, mac);
  return { destination: side, server: side };
}

function sideOf(address: string | undefined, port: number | undefined, mac: string | undefined): EcsGroup {
  return { address, ip: canonicalAddress(address ?? ''), port, mac: mac?.toUpperCase().replaceAll(':', '-') };
}

const PEER = /^(?:([^\s/]+)\/)?([\d.]+):(\d+) (.*)$/;
const TRAILING_PEER = /\[AF_INET6?\]([\da-f.:]+):(\d+)/;

export function openvpn(text: string): EcsGroup {
  const user = /^user '([^']*)' (authenticated|could not authenticate)/.exec(text);
  if (user !== null)
    return {
      event: {
        category: ['authentication', 'network'],
        type: ['start'],
        outcome: user[2] === 'authenticated' ? 'success' : 'failure',
      },
      network: { protocol: 'openvpn' },
      user: { name: user[1] },
      related: { user: related(user[1]) },
    };
  const peer = PEER.exec(text);
  const behind = peer === null ? TRAILING_PEER.exec(text) : null;
  const address = peer?.[2] ?? behind?.[1];
  const rest = peer?.[4] ?? text;
  const started = /^\[([^\]]+)\] Peer Connection Initiated/.exec(rest);
  const name = started?.[1] ?? peer?.[1];
  const side = { address, ip: canonicalAddress(address ?? ''), port: portOf(peer?.[3] ?? behind?.[2]) };
  const assigned = /pool returned IPv4=([\d.]+)/.exec(rest)?.[1];
  const extra = started === null ? (rest.includes(' Error:') ? ['error'] : []) : ['start'];
  return {
    event: { category: ['network'], type: address === undefined ? undefined : ['connection', ...extra] },
    source: address === undefined ? undefined : { ...side, nat: assigned === undefined ? undefined : { ip: assigned } },
    network: {
      protocol: 'openvpn',
      type: address === undefined ? undefined : side.ip?.includes(':') ? 'ipv6' : 'ipv4',
    },
    user: name === undefined ? undefined : { name },
    related: { ip: related(side.ip, assigned), user: related(name) },
    pfsense: { openvpn: { peer_info: /^peer info: (.*)$/.exec(rest)?.[1] } },
  };
}

/** `[26931:0] info: 192.0.2.1 host.example.org. A IN`. */
export function unbound(text: string): EcsGroup {
  const match = /^\[\d+:\w+\] (\w+): (\S+) (\S+?)\.? ([A-Z0-9]+) ([A-Z]+)$/.exec(text);
  const level = /^\[\d+:\w+\] (\w+):/.exec(text)?.[1];
  const ip = canonicalAddress(match?.[2] ?? '');
  if (match === null || ip === undefined)
    return { event: { category: ['network'] }, log: { level }, network: { protocol: 'dns' } };
  const side = { address: ip, ip };
  const { name, registered_domain, subdomain, top_level_domain } = domainParts(match[3]!);
  return {
    event: { category: ['network'], type: ['connection'] },
    source: side,
    client: side,
    log: { level },
    network: { protocol: 'dns', type: ip.includes(':') ? 'ipv6' : 'ipv4' },
    dns: {
      type: 'question',
      question: { name, registered_domain, subdomain, top_level_domain, type: match[4], class: match[5] },
    },
    related: { ip: related(ip) },
  };
}

/** The web configurator: `/index.php: webConfigurator authentication error for user 'admin' from: 198.51.100.7`. */
export function configurator(text: string): EcsGroup {
  const match =
    /authentication error for (?:user )?'([^']*)' from:? ?([\da-f.:]+)|Successful login for user '([^']*)' from:? ?([\da-f.:]+)/i.exec(
      text,
    );
  if (match === null) return { event: { category: ['host'], type: ['info'] } };
  const name = match[1] ?? match[3];
  const address = match[2] ?? match[4]!;
  const ip = canonicalAddress(address);
  return {
    event: { category: ['authentication'], type: ['start'], outcome: match[1] === undefined ? 'success' : 'failure' },
    source: { address, ip },
    user: { name },
    related: { ip: related(ip), user: related(name) },
  };
}
