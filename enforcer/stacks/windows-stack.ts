/**
 * TCP/IP of Windows (Server 2019; Windows 10 since 1709) as nftables can make it of Linux': what `nmap -O` and p0f look at. After nmap's own data base (`nmap-os-db`,
 * "Microsoft Windows 10 1709 - 1909") and RFC 9293. Linux has all options that Windows has, in another order; so they change places, and nothing is invented.
 */
import { formatAddress, type Address } from '@netsentinel/kernel/address';

const TTL = 128;
/** Whatever has another was given it for a reason: neighbour discovery wants 255, traceroute counts. */
const LINUX_TTL = 64;
/** Windows' own: it multiplies its windows by 2⁸. */
const WINDOW_SCALE = 8;
/** What a SYN is answered with, and without window scaling. */
const WINDOW = 65_535;
const WINDOW_UNSCALED = 65_392;
/** A counter of its own for what Linux leaves 0. nft 1.0.6 writes a bare `numgen` into 16 bits as 0, so it chooses from a table. */
const IDENTIFICATIONS = 4096;
const FIRST_IDENTIFICATION = 20_000;

/** Where the system does not tell. */
const USUAL_SCALE = 7;
/** Fewer bytes than this in an answer to a SYN are no window of Linux' usual ones (64,240 over Ethernet). */
const LEAST_WIDE = 60_000;
/** Of connections whose windows are to be counted otherwise, of each family; 10 minutes after their last packet they may be forgotten. */
const CONNECTIONS = 65_536;
const CONNECTION_TIMEOUT = '10m';

/** `0.0.0.0` is all of IPv4, `::` all of both. */
export interface PlayedListener {
  readonly address: Address;
  readonly port: number;
}

/**
 * The table as one line for `nft -i`. It belongs to that process (`flags owner`): nobody else can change it, and the kernel removes it when the process ends, however
 * it ends.
 * @param listeners over TCP; their ports are all that is changed in TCP but for resets
 * @param windowScale what Linux multiplies its windows by in a new connection, as a power of two (`windowScaleOf`)
 */
export function windowsTable(table: string, listeners: readonly PlayedListener[], windowScale: number): string {
  const ports = matchesOf(listeners, 'port');
  const jump = (matches: readonly string[], chain: string): string[] =>
    matches.map((match) => `${match} jump ${chain}`);
  return block(`table inet ${table}`, [
    'flags owner',
    scaled('ipv4_addr', 4),
    scaled('ipv6_addr', 6),
    block('chain asked', [
      'type filter hook input priority -10; policy accept',
      ...jump(
        ports.map(({ to }) => to),
        'opening',
      ),
    ]),
    // Linux agrees to time stamps, which Windows does not; what it offers then, Windows offers in another order.
    block('chain opening', ['tcp flags & (syn | ack | rst) == syn reset tcp option timestamp']),
    // Behind the user's own firewall, which may drop them.
    block('chain probed', [
      'type filter hook input priority 10; policy accept',
      ...jump(
        ports.map(({ to }) => to),
        'probes',
      ),
    ]),
    block('chain probes', [
      'tcp flags & (fin | syn | rst | psh | ack | urg) == 0 reject with tcp reset',
      'tcp flags & (fin | syn) == fin | syn reject with tcp reset',
      'tcp flags & (fin | syn | rst | ack) == fin reject with tcp reset',
    ]),
    block('chain answered', [
      'type filter hook output priority 100; policy accept',
      ...jump(
        matchesOf(listeners, 'address').map(({ from }) => from),
        'any',
      ),
      ...jump(
        ports.map(({ from }) => from),
        'decoy',
      ),
    ]),
    block('chain any', [
      `ip ttl ${LINUX_TTL} ip ttl set ${TTL}`,
      `ip6 hoplimit ${LINUX_TTL} ip6 hoplimit set ${TTL}`,
      `ip id set numgen inc mod ${IDENTIFICATIONS} map ${identifications()}`,
      'icmp type echo-reply icmp code set 0',
      'tcp flags & (rst | ack) == rst tcp ackseq set numgen random mod 4294967295',
    ]),
    block('chain wider', widerWindow(windowScale)),
    block('chain remember', [
      'add @scaled4 { ip daddr . tcp dport . tcp sport }',
      'add @scaled6 { ip6 daddr . tcp dport . tcp sport }',
    ]),
    block('chain accepted', acceptedAs(windowScale)),
    block('chain decoy', [
      'tcp flags & (syn | ack) == syn | ack goto accepted',
      // Of connections that were given Windows' scale alone: others count in what they were told.
      ...(windowScale === WINDOW_SCALE ? [] : [later('ip', 4), later('ip6', 6)]),
    ]),
  ]);
}

/** What follows the MSS in an answer: NOP NOP SACK NOP WS as Linux has it, or NOP WS where SACK was not offered. Windows scales first. */
function acceptedAs(linuxScale: number): string[] {
  const [linux, windows] = [linuxScale, WINDOW_SCALE].map((scale) => `010303${scale.toString(16).padStart(2, '0')}`);
  // A small window is all the room that there is.
  const wide = (window: number): string => `tcp window >= ${LEAST_WIDE} tcp window set ${window}`;
  return [
    wide(WINDOW),
    `@th,192,64 0x01010402${linux} @th,192,64 set 0x${windows}01010402 goto remember`,
    `@th,192,32 0x${linux} @th,192,32 set 0x${windows} goto remember`,
    wide(WINDOW_UNSCALED),
  ];
}

/** The client multiplies by Windows' scale what Linux counts in its own. */
function widerWindow(linuxScale: number): string[] {
  const bits = linuxScale - WINDOW_SCALE;
  if (bits <= 0) return [`tcp window set tcp window >> ${-bits}`];
  return [`tcp window > ${0xff_ff >> bits} tcp window set 65535 return`, `tcp window set tcp window << ${bits}`];
}

function later(ip: 'ip' | 'ip6', family: 4 | 6): string {
  const connection = `${ip} daddr . tcp dport . tcp sport`;
  return `${connection} @scaled${family} update @scaled${family} { ${connection} } goto wider`;
}

/** Where there is no more room in it, windows are announced as Linux counts them: with a smaller scale of Linux' for twice the room, which costs retransmissions. */
function scaled(type: string, family: 4 | 6): string {
  return block(`set scaled${family}`, [
    `type ${type} . inet_service . inet_service`,
    'flags dynamic,timeout',
    `size ${CONNECTIONS}`,
    `timeout ${CONNECTION_TIMEOUT}`,
  ]);
}

function block(head: string, lines: readonly string[]): string {
  return `${head} { ${lines.join('; ')}; }`;
}

/**
 * By what power of two Linux multiplies its windows in new connections (`tcp_select_initial_window`): from the most memory that a socket may take.
 * @param tcpRmem `net.ipv4.tcp_rmem`: least, usual and most bytes
 * @param rmemMax `net.core.rmem_max`; both empty where they are not known
 */
export function windowScaleOf(tcpRmem: string, rmemMax: string): number {
  const most = Math.max(Number(tcpRmem.trim().split(/\s+/)[2] ?? 0), Number(rmemMax));
  return most > 0 ? Math.min(14, Math.max(0, Math.floor(Math.log2(most)) - 15)) : USUAL_SCALE;
}

interface Match {
  readonly to: string;
  readonly from: string;
}

/**
 * What fits packets to and from the listeners. Of those that listen on all addresses only resets and answers to pings are told by the address: the rest of
 * what such a machine sends is not a decoy's.
 */
function matchesOf(listeners: readonly PlayedListener[], by: 'address' | 'port'): readonly Match[] {
  const groups = Map.groupBy(listeners, ({ address }) => formatAddress(address));
  return [...groups].flatMap(([address, at]) => {
    const ip = at[0]!.address.family === 4 ? 'ip' : 'ip6';
    const isAny = at[0]!.address.value === 0n;
    const anyFour = ip === 'ip' ? 'meta nfproto ipv4 ' : '';
    const ports = `{ ${at.map(({ port }) => port).join(', ')} }`;
    const to = isAny ? anyFour : `${ip} daddr ${address} `;
    const from = isAny ? anyFour : `${ip} saddr ${address} `;
    if (by === 'port') return { to: `${to}tcp dport ${ports}`, from: `${from}tcp sport ${ports}` };
    if (!isAny) return { to, from };
    return ['tcp flags & rst == rst', 'meta l4proto { icmp, ipv6-icmp }', `tcp sport ${ports}`].map((kind) => ({
      to: `${to}${kind}`,
      from: `${from}${kind}`,
    }));
  });
}

function identifications(): string {
  const pairs = Array.from({ length: IDENTIFICATIONS }, (_, i) => `${i} : ${FIRST_IDENTIFICATION + i}`);
  return `{ ${pairs.join(', ')} }`;
}
