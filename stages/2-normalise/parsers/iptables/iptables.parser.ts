/** Netfilter's kernel lines, whoever's rule wrote them: iptables, nftables, ufw, firewalld, Shorewall, Ubiquiti, Proxmox. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { ifAny, numberIn, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import { prioritySyslog, syslogHead } from '../../text/syslog-head.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseClfTime } from '../../text/time.ts';
import type { Zone } from '../../text/zone.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { readEthernet, readPacket, type Packet } from './packet.ts';
import { readPrefix, type Prefix } from './prefix.ts';

export const iptables: ParserDefinition = {
  id: 'iptables',
  title: 'Netfilter: iptables, nftables and ufw kernel lines',
  module: 'iptables',
  dataset: 'iptables.log',
  examples: [
    'Nov 21 09:30:00 gate kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.5 LEN=44 TOS=0x00 PREC=0x00 TTL=243 ID=54321 PROTO=TCP SPT=40000 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0',
    'Nov 21 09:30:01 gate kernel: [WAN_LOCAL-3001-D]IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.5 LEN=78 TOS=0x00 PREC=0x00 TTL=50 ID=1 DF PROTO=UDP SPT=40001 DPT=137 LEN=58',
    '2026-11-21T09:30:02.500000+00:00 gate kernel: nft drop: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:86:dd SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:0db8:0000:0000:0000:0000:0000:0001 LEN=64 TC=0 HOPLIMIT=240 FLOWLBL=0 PROTO=ICMPv6 TYPE=128 CODE=0 ID=7 SEQ=1',
  ],
  recognise: ({ lines }) => shareOf(lines, looksLikeOne) * 0.95,
  create: stateless({ line: readLine }),
};

function looksLikeOne(line: string): boolean {
  return line.includes(' SRC=') && line.includes(' DST=') && line.includes(' PROTO=');
}

function readLine(line: string, clock: LocalClock): Parsed {
  const head = syslogHead(line, clock.zone, clock.referenceMs);
  const from = firstPair(line, head.at);
  if (from === -1) return new Refusal('no packet of netfilter in this line');
  const prefixText = line.slice(head.at, from);
  const time = head.time ?? isoTime(clfTimeIn(prefixText, clock.zone));
  const packet = readPacket(line, from);
  const tag = prefixText.indexOf('kernel: ');
  const prefix = readPrefix(tag === -1 ? prefixText : prefixText.slice(tag + 8));
  return toDocument(line, line.slice(head.afterTime), { ...head, time }, packet, prefix);
}

/** Only the end of a line may be left where a device sends long ones in pieces; such a piece still names protocol and ports. */
function firstPair(line: string, from: number): number {
  const begin = line.indexOf('IN=', from);
  if (begin !== -1) return begin;
  const source = line.indexOf('SRC=', from);
  if (source !== -1) return source;
  const protocol = line.indexOf(' PROTO=', from);
  if (protocol === -1) return -1;
  const tag = line.lastIndexOf(': ', protocol);
  return tag === -1 ? from : tag + 2;
}

/** Proxmox's own firewall log: `0 3 PVEFW-HOST-IN 21/Nov/2026:09:30:00 +0100 policy DROP: IN=…`. */
function clfTimeIn(prefix: string, zone: Zone): number | undefined {
  const slash = prefix.indexOf('/');
  return slash < 2 ? undefined : parseClfTime(prefix, zone, slash - 2);
}

interface Head {
  readonly time: string | undefined;
  readonly host: string | undefined;
  readonly priority: number | undefined;
}

function toDocument(line: string, message: string, head: Head, packet: Packet, prefix: Prefix): Parsed {
  const { values } = packet;
  const number = (key: string): number | undefined => numberIn(values.get(key));
  const sourceIp = canonicalAddress(values.get('SRC') ?? '');
  const destinationIp = canonicalAddress(values.get('DST') ?? '');
  const transport = transportOf(values.get('PROTO'));
  const icmp = transport === 'icmp' || transport === 'ipv6-icmp';
  const sourcePort = portOf(values.get('SPT'));
  const destinationPort = portOf(values.get('DPT'));
  const ethernet = readEthernet(values.get('MAC'));
  const { verdict, ubiquiti } = prefix;
  const flow = sourceIp !== undefined && destinationIp !== undefined;
  const outcome = verdict === undefined ? [] : [verdict === 'drop' || verdict === 'reject' ? 'denied' : 'allowed'];
  return {
    '@timestamp': head.time,
    message,
    event: {
      kind: 'event',
      category: ['network'],
      type: flow ? [...outcome, 'connection'] : undefined,
      action: verdict,
      original: line,
    },
    source: ifAny({ ip: sourceIp, port: sourcePort, mac: ethernet.source }),
    destination: ifAny({ ip: destinationIp, port: destinationPort, mac: ethernet.destination }),
    network: {
      transport,
      type: sourceIp === undefined ? undefined : sourceIp.includes(':') ? 'ipv6' : 'ipv4',
      community_id: icmp
        ? communityId(transport, sourceIp, number('TYPE'), destinationIp, number('CODE'))
        : communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort),
    },
    observer: {
      name: head.host,
      ingress: ubiquiti?.inputZone === undefined ? undefined : { zone: ubiquiti.inputZone },
      egress: ubiquiti?.outputZone === undefined ? undefined : { zone: ubiquiti.outputZone },
    },
    rule: ifAny({ id: ubiquiti?.ruleNumber, name: prefix.rule }),
    log: head.priority === undefined ? undefined : { syslog: prioritySyslog(head.priority) },
    related: { ip: related(sourceIp, destinationIp) },
    iptables: {
      input_device: values.get('IN'),
      output_device: values.get('OUT'),
      ether_type: ethernet.etherType,
      length: number('LEN'),
      tos: number('TOS'),
      precedence_bits: number('PREC'),
      ttl: number('TTL') ?? number('HOPLIMIT') ?? number('L') ?? number('TL'),
      flow_label: number('FLOWLBL'),
      id: number('ID'),
      fragment_flags: packet.fragmentFlags.length === 0 ? undefined : packet.fragmentFlags,
      fragment_offset: number('FRAG'),
      tcp: transport === 'tcp' ? tcpOf(packet) : undefined,
      udp: transport === 'udp' ? ifAny({ length: numberIn(packet.innerLength) }) : undefined,
      icmp: icmp
        ? ifAny({ type: number('TYPE'), code: number('CODE'), id: number('ID'), seq: number('SEQ') })
        : undefined,
      ubiquiti:
        ubiquiti === undefined
          ? undefined
          : {
              rule_set: ubiquiti.ruleSet,
              rule_number: ubiquiti.ruleNumber,
              input_zone: ubiquiti.inputZone,
              output_zone: ubiquiti.outputZone,
            },
    },
  };
}

function tcpOf({ values, tcpFlags }: Packet) {
  return {
    flags: tcpFlags.length === 0 ? undefined : tcpFlags,
    window: numberIn(values.get('WINDOW')),
    reserved_bits: numberIn(values.get('RES')),
    seq: numberIn(values.get('SEQ')),
    ack: numberIn(values.get('ACK')),
  };
}

/** Names of netfilter and numbers as ECS writes them. */
function transportOf(protocol: string | undefined): string | undefined {
  switch (protocol) {
    case undefined:
    case '':
      return undefined;
    case 'ICMPv6':
      return 'ipv6-icmp';
    case '2':
      return 'igmp';
    case '47':
      return 'gre';
    default:
      return protocol.toLowerCase();
  }
}
