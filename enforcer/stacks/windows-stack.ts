/**
 * TCP/IP of Windows (Server 2019; Windows 10 since 1709) as nftables can make it of Linux': what `nmap -O` and p0f look at. After nmap's own data base (`nmap-os-db`,
 * "Microsoft Windows 10 1709 - 1909") and RFC 9293. Linux has all options that Windows has, in another order; so they change places, and nothing is invented.
 */
import type { PlayedStack } from '@netsentinel/contracts/played-stack';
import { parseAddress } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';

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

type Listener = PlayedStack['listeners'][number];

/**
 * The table as a script for `nft -f`: whatever has its name before is replaced, in one transaction.
 * @param listeners over TCP; their ports are all that is changed in TCP but for resets
 * @param windowScale what Linux multiplies its windows by in a new connection, as a power of two (`windowScaleOf`)
 * @throws `STACK_BAD_LISTENER` where an address is none
 */
export function windowsScript(table: string, listeners: readonly Listener[], windowScale: number): string {
  const ports = matchesOf(listeners, 'port');
  const of = (direction: 'to' | 'from'): readonly string[] => ports.map((match) => match[direction]);
  const rules = (matches: readonly string[], statement: string): string =>
    matches.map((match) => `${match} ${statement}`).join('\n');
  const scale = windowScale.toString(16).padStart(2, '0');
  return `${withoutTable(table)}
table inet ${table} {
chain asked {
type filter hook input priority -10; policy accept;
${rules(of('to'), 'jump asked_decoy')}
}
chain asked_decoy {
tcp flags & (syn | ack | rst) == syn reset tcp option timestamp
tcp flags & (fin | syn | rst | psh | ack | urg) == 0 reject with tcp reset
tcp flags & (fin | syn) == fin | syn reject with tcp reset
}
chain answered {
type filter hook output priority 100; policy accept;
${rules(
  matchesOf(listeners, 'address').map(({ from }) => from),
  'jump any',
)}
${rules(of('from'), 'jump decoy')}
}
chain any {
ip ttl ${LINUX_TTL} ip ttl set ${TTL}
ip6 hoplimit ${LINUX_TTL} ip6 hoplimit set ${TTL}
ip id set numgen inc mod ${IDENTIFICATIONS} map ${identifications()}
icmp type echo-reply icmp code set 0
tcp flags & (rst | ack) == rst tcp ackseq set numgen random mod 4294967295
}
chain decoy {
tcp flags & (syn | ack) == syn | ack goto accepted
${laterWindows(windowScale)}
}
chain accepted {
tcp window set ${WINDOW}
# behind the MSS: NOP NOP SACK, NOP WS
@th,192,64 0x01010402010303${scale} @th,192,64 set 0x010303${hex(WINDOW_SCALE)}01010402 return
# behind the MSS: NOP WS
@th,192,32 0x010303${scale} @th,192,32 set 0x010303${hex(WINDOW_SCALE)} return
tcp window set ${WINDOW_UNSCALED}
}
}
`;
}

/** Removes the table, where it is there. */
export function withoutTable(table: string): string {
  return `table inet ${table} {}\ndelete table inet ${table}`;
}

/**
 * By what power of two Linux multiplies its windows in new connections (`tcp_select_initial_window`): from the most memory that a socket may take.
 * @param tcpRmem `net.ipv4.tcp_rmem`: least, usual and most bytes
 * @param rmemMax `net.core.rmem_max`
 */
export function windowScaleOf(tcpRmem: string, rmemMax: string): number {
  const most = Math.max(Number(tcpRmem.trim().split(/\s+/)[2]), Number(rmemMax));
  return Number.isFinite(most) ? Math.min(14, Math.max(0, Math.floor(Math.log2(most)) - 15)) : 7;
}

interface Match {
  readonly to: string;
  readonly from: string;
}

/**
 * What fits packets to and from the listeners. Of those that listen on all addresses only resets and answers to pings are told by the address: the rest of
 * what such a machine sends is not a decoy's.
 */
function matchesOf(listeners: readonly Listener[], by: 'address' | 'port'): readonly Match[] {
  const groups = Map.groupBy(listeners, ({ address }) => address);
  return [...groups].flatMap(([address, at]) => {
    const family = parseAddress(address)?.family;
    if (family === undefined)
      throw new NetSentinelError('STACK_BAD_LISTENER', 'bug', `no address: ${JSON.stringify(address.slice(0, 60))}`);
    const isAny = address === '0.0.0.0' || address === '::';
    const ports = `{ ${at.map(({ port }) => port).join(', ')} }`;
    const ip = family === 4 ? 'ip' : 'ip6';
    const four = address === '0.0.0.0' ? 'meta nfproto ipv4 ' : '';
    const to = isAny ? four : `${ip} daddr ${address} `;
    const from = isAny ? four : `${ip} saddr ${address} `;
    if (by === 'port') return { to: `${to}tcp dport ${ports}`, from: `${from}tcp sport ${ports}` };
    if (!isAny) return { to, from };
    return ['tcp flags & rst == rst', 'meta l4proto { icmp, ipv6-icmp }', `tcp sport ${ports}`].map((kind) => ({
      to: `${to}${kind}`,
      from: `${from}${kind}`,
    }));
  });
}

/** The client multiplies by Windows' scale what Linux counts in its own. Of a client without scaling the window becomes smaller, which costs it time. */
function laterWindows(scale: number): string {
  const bits = Math.abs(scale - WINDOW_SCALE);
  if (bits === 0) return '';
  if (scale < WINDOW_SCALE) return `tcp flags & rst == 0 tcp window set tcp window >> ${bits}`;
  const most = 0xff_ff >> bits;
  return `tcp window > ${most} tcp window set 65535 return\ntcp window set tcp window << ${bits}`;
}

function identifications(): string {
  const pairs = Array.from({ length: IDENTIFICATIONS }, (_, i) => `${i} : ${FIRST_IDENTIFICATION + i}`);
  return `{ ${pairs.join(', ')} }`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
