/** What the launcher asks to be watched, and what comes of it on this system: a scope for the filter. */
import { readFileSync } from 'node:fs';
import { parseAddress } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { ServedPorts } from '@netsentinel/sense/watcher/socket-table';
import type { CaptureScope } from './capture-filter.ts';

export interface WatchRequest {
  /** Names; all but loopback where there are none. */
  readonly interfaces: readonly string[];
  readonly addresses: readonly string[];
  /** What decoys listen on, `tcp 22` at all addresses, `tcp 192.0.2.1 22` at one: these are no real services. */
  readonly decoyPorts: readonly string[];
}

/** Undefined where it is none. */
export function readRequest(text: string): WatchRequest | undefined {
  const request = JSON.parse(text) as Partial<Record<keyof WatchRequest, unknown>>;
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 64);
  const { interfaces, addresses, decoyPorts } = request;
  if (!isTexts(interfaces) || !isTexts(addresses) || !isTexts(decoyPorts)) return undefined;
  return { interfaces, addresses, decoyPorts };
}

/** @param served what the kernel's tables say */
export function scopeOf(
  { interfaces, addresses, decoyPorts }: WatchRequest,
  served: { readonly tcp: ServedPorts; readonly udp: ServedPorts },
): CaptureScope {
  const watched = new Set(addresses);
  const services = (protocol: 'tcp' | 'udp'): number[] => {
    const ports = new Set<number>();
    for (const one of served[protocol]) {
      const [address, port] = one.includes(' ') ? (one.split(' ') as [string, string]) : [undefined, one];
      if (address !== undefined && !watched.has(address)) continue;
      if (!decoyPorts.includes(`${protocol} ${one}`)) ports.add(Number(port));
    }
    return [...ports];
  };
  return {
    interfaces: interfaces.map((name) => interfaceIndex(name, 'watcher.interfaces')),
    addresses: addresses.map(bytesOf),
    tcpServices: services('tcp'),
    udpServices: services('udp'),
    tcpDecoys: decoyPorts.filter((one) => one.startsWith('tcp ')).map((one) => Number(one.split(' ').at(-1))),
    clientPortsFrom: clientPortsFrom(),
  };
}

/** @param key where the name is configured */
export function interfaceIndex(name: string, key: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'));
  } catch (error) {
    throw new NetSentinelError('PACKETS_NO_INTERFACE', 'user', `there is no network interface ${name}`, {
      cause: error,
      hint: `Name interfaces as \`ip link\` does, or leave ${key} out for all of them.`,
    });
  }
}

function bytesOf(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === undefined) throw new NetSentinelError('WATCHER_BAD_ADDRESS', 'bug', `${text} is no address`);
  const width = address.family === 4 ? 4 : 16;
  return Buffer.from(address.value.toString(16).padStart(width * 2, '0'), 'hex');
}

/** Where the machine's own clients begin to take ports; Linux's own default where the system does not tell. */
export function clientPortsFrom(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10) || 32_768;
  } catch {
    return 32_768;
  }
}
