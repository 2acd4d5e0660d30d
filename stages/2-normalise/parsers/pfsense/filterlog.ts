/**
 * A line of pf's filter log: comma-separated fields, first the rule, then the IP header by its version, then what the protocol adds.
 * Source: Netgate, Raw Filter Log Format.
 */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { numberIn, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';

const FIRST_OF_IP = 9;

/** Undefined where fields are missing. */
export function filterlog(text: string): EcsGroup | undefined {
  const fields = text.split(',', 64);
  const version = fields[8];
  const four = version === '4';
  if ((!four && version !== '6') || fields.length < (four ? 20 : 17)) return undefined;
  // The IPv6 header has neither identification nor offset nor flags, and the protocol's name before its number.
  const [protocolName, protocolId, length, source, destination] = four
    ? [fields[16], fields[15], fields[17], fields[18], fields[19]]
    : [fields[12], fields[13], fields[14], fields[15], fields[16]];
  const rest = fields.slice(four ? 20 : 17);
  const transport = protocolName!.toLowerCase();
  const ported = transport === 'tcp' || transport === 'udp';
  const sourceIp = canonicalAddress(source!);
  const destinationIp = canonicalAddress(destination!);
  const sourcePort = ported ? portOf(rest[0]) : undefined;
  const destinationPort = ported ? portOf(rest[1]) : undefined;
  const [action, direction] = [fields[6], fields[7]];
  const device = fields[4];
  return {
    event: {
      action,
      reason: fields[5],
      category: ['network'],
      type: ['connection', action === 'pass' ? 'allowed' : 'denied'],
    },
    source: { address: source, ip: sourceIp, port: sourcePort },
    destination: { address: destination, ip: destinationIp, port: destinationPort },
    network: {
      bytes: numberIn(length),
      community_id: communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort),
      direction: direction === 'in' ? 'inbound' : direction === 'out' ? 'outbound' : direction,
      iana_number: protocolId,
      packets: transport === 'igmp' ? numberIn(rest[0]?.replace('datalength=', '')) : undefined,
      transport,
      type: four ? 'ipv4' : 'ipv6',
      vlan: vlanOf(device),
    },
    observer: { [direction === 'out' ? 'egress' : 'ingress']: interfaceOf(device) },
    rule: { id: fields[3] },
    related: { ip: related(sourceIp, destinationIp) },
    pfsense: {
      ip: four ? ipOf(fields) : { tos: fields[9], flow_label: fields[10], flags: fields[11] },
      tcp: transport === 'tcp' ? tcpOf(rest) : undefined,
      udp: transport === 'udp' ? { length: numberIn(rest[2]) } : undefined,
      icmp: transport === 'icmp' ? icmpOf(rest) : undefined,
    },
  };
}

function ipOf(fields: readonly string[]): EcsGroup {
  const [tos, ecn, ttl, id, offset, flags] = fields.slice(FIRST_OF_IP);
  return {
    tos,
    ecn: ecn === '' ? undefined : ecn,
    ttl: numberIn(ttl),
    id: numberIn(id),
    offset: numberIn(offset),
    flags,
  };
}

function tcpOf(rest: readonly string[]): EcsGroup {
  const [, , length, flags, , ack, window, urgent, options] = rest;
  return {
    length: numberIn(length),
    flags,
    ack: numberIn(ack),
    window: numberIn(window),
    urg: urgent === '' ? undefined : urgent,
    options: options === undefined || options === '' ? undefined : options.split(';'),
  };
}

/** By the kind of message: what an echo has is not what an error has. */
function icmpOf([type, ...rest]: readonly string[]): EcsGroup {
  const clean = (text: string | undefined): string | undefined => text?.replace(/^\[(.*)\]$/, '$1');
  switch (type) {
    case 'request':
    case 'reply':
    case 'tstamp':
      return { type, id: numberIn(rest[0]), seq: numberIn(rest[1]) };
    case 'unreachport':
      return {
        type,
        destination: { ip: canonicalAddress(clean(rest[0]) ?? '') },
        unreachable: { protocol_id: rest[1], port: portOf(rest[2]) },
      };
    case 'unreachproto':
      return {
        type,
        destination: { ip: canonicalAddress(clean(rest[0]) ?? '') },
        unreachable: { protocol_id: clean(rest[1]) },
      };
    default:
      return { type, unreachable: rest.length === 0 ? undefined : { other: rest.join(',') } };
  }
}

/** `igb1.12` is VLAN 12 on igb1. */
export function vlanOf(device: string | undefined): EcsGroup | undefined {
  const id = /\.(\d{1,4})$/.exec(device ?? '')?.[1];
  return id === undefined ? undefined : { id };
}

export function interfaceOf(device: string | undefined): EcsGroup {
  return { interface: { name: device }, vlan: vlanOf(device) };
}
