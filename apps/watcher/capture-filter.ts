/**
 * What the kernel lets the watcher see, and nothing else: packets to the watched addresses that open or probe something, cut after their headers, and
 * of what this machine sends the two answers that tell of its ports. No connection's content ever reaches the watcher. The filter is for sockets that deliver packets
 * from the network header on (`SOCK_DGRAM`), whatever the link is.
 */
import { Assembler, type Instruction } from './bpf.ts';

/** Two long headers of IPv6 and TCP with options fit. */
export const SNAP_BYTES = 160;
/** Of each family. The kernel takes 4096 instructions. */
const MAX_ADDRESSES = 128;
const MAX_PORTS = 200;

const ETHERTYPE_4 = 0x0800;
const ETHERTYPE_6 = 0x86dd;
const TO_US = 0;
const SENT = 4;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMP6 = 58;
/** Hop-by-hop, routing, fragment, authentication, destination options. */
const EXTENSIONS = [0, 43, 44, 51, 60];
const SYN_ACK = 0x12;
const RST = 0x04;
const ACK = 0x10;
const OPEN_CLOSE = 0x17;
const ECHO_6 = 128;
/** Echo, timestamp, information, mask. */
const ASKING = [8, 13, 15, 17];

export interface CaptureScope {
  /** Only packets of these interfaces; of all but loopback where there are none. */
  readonly interfaces: readonly number[];
  /** Ours that are watched, as bytes of 4 or 16. Where they are too many for a filter, whoever reads looks at the address. */
  readonly addresses: readonly Uint8Array[];
  /** Ports of real services: what goes there is nobody's business. */
  readonly tcpServices: readonly number[];
  readonly udpServices: readonly number[];
  /** Of decoys: who connects and resets at once may be gone before the decoy can look, so resets are seen there. */
  readonly tcpDecoys: readonly number[];
  /** Where the machine's own clients begin to take ports: what comes there from a service's port is an answer. */
  readonly clientPortsFrom: number;
}

const LOOPBACK = 1;
const SERVICE_PORTS = 1024;

export function captureFilter(scope: CaptureScope): Instruction[] {
  const four = scope.addresses.filter((address) => address.length === 4);
  const six = scope.addresses.filter((address) => address.length === 16);
  const a = new Assembler();
  ofInterfaces(a, scope.interfaces);
  a.loadKnown('packetType').when('equal', SENT, 'sent').unless('equal', TO_US, 'drop');
  a.loadKnown('protocol').when('equal', ETHERTYPE_4, 'four').when('equal', ETHERTYPE_6, 'six').jump('drop');

  a.label('four');
  isOneOf4(a, 16, four);
  a.load('half', 6).when('anyBit', 0x1fff, 'drop');
  a.load('byte', 9).when('equal', TCP, 'tcp').when('equal', UDP, 'udp').unless('equal', ICMP, 'drop');
  a.headerLengthToX(0).loadFromX('byte', 0);
  for (const type of ASKING) a.when('equal', type, 'take');
  a.jump('drop');

  a.label('tcp').headerLengthToX(0);
  notTo(a, scope.tcpServices, (of) => of.loadFromX('half', 2));
  // Of a header in pieces the flags are not to be seen.
  a.load('half', 6).when('anyBit', 0x2000, 'take');
  a.loadFromX('byte', 13).when('anyBit', RST, 'reset').when('anyBit', ACK, 'drop').jump('take');
  a.label('reset').loadFromX('half', 2).jump('decoys');

  a.label('udp').headerLengthToX(0);
  notTo(a, scope.udpServices, (of) => of.loadFromX('half', 2));
  a.unless('atLeast', scope.clientPortsFrom, 'take');
  a.loadFromX('half', 0).when('atLeast', SERVICE_PORTS, 'take').jump('drop');

  a.label('six');
  isOneOf6(a, 24, six);
  a.load('byte', 6).when('equal', TCP, 'tcp6').when('equal', UDP, 'udp6');
  for (const extension of EXTENSIONS) a.when('equal', extension, 'take');
  a.unless('equal', ICMP6, 'drop').load('byte', 40).when('equal', ECHO_6, 'take').jump('drop');

  a.label('tcp6');
  notTo(a, scope.tcpServices, (of) => of.load('half', 42));
  a.load('byte', 53).when('anyBit', RST, 'reset6').when('anyBit', ACK, 'drop').jump('take');
  a.label('reset6').load('half', 42).jump('decoys');

  a.label('udp6');
  notTo(a, scope.udpServices, (of) => of.load('half', 42));
  a.unless('atLeast', scope.clientPortsFrom, 'take');
  a.load('half', 40).when('atLeast', SERVICE_PORTS, 'take').jump('drop');

  a.label('sent').loadKnown('protocol').when('equal', ETHERTYPE_4, 'sent4').unless('equal', ETHERTYPE_6, 'drop');
  a.load('byte', 6).unless('equal', TCP, 'drop').load('byte', 53).jump('answer');
  a.label('sent4').load('byte', 9).unless('equal', TCP, 'drop');
  a.load('half', 6).when('anyBit', 0x1fff, 'drop');
  a.headerLengthToX(0).loadFromX('byte', 13);
  a.label('answer').and(OPEN_CLOSE).when('equal', SYN_ACK, 'take').when('equal', RST, 'take');

  a.label('decoys');
  for (const port of scope.tcpDecoys.slice(0, MAX_PORTS)) a.when('equal', port, 'take');
  a.label('drop').take(0);
  a.label('take').take(SNAP_BYTES);
  return a.program();
}

function ofInterfaces(a: Assembler, interfaces: readonly number[]): void {
  a.loadKnown('interface');
  if (interfaces.length === 0) {
    a.when('equal', LOOPBACK, 'drop');
    return;
  }
  for (const index of interfaces) a.when('equal', index, 'watched');
  a.jump('drop').label('watched');
}

function isOneOf4(a: Assembler, at: number, addresses: readonly Uint8Array[]): void {
  if (addresses.length > MAX_ADDRESSES) return;
  a.load('word', at);
  for (const address of addresses) a.when('equal', wordOf(address, 0), 'ours4');
  a.jump('drop').label('ours4');
}

function isOneOf6(a: Assembler, at: number, addresses: readonly Uint8Array[]): void {
  if (addresses.length > MAX_ADDRESSES) return;
  for (const address of addresses) {
    const next = a.newLabel();
    for (const part of [12, 8, 4, 0]) a.load('word', at + part).unless('equal', wordOf(address, part), next);
    a.jump('ours6').label(next);
  }
  a.jump('drop').label('ours6');
}

/** Leaves the destination's port loaded. */
function notTo(a: Assembler, ports: readonly number[], loadPort: (a: Assembler) => void): void {
  loadPort(a);
  for (const port of ports.slice(0, MAX_PORTS)) a.when('equal', port, 'drop');
}

function wordOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
