/**
 * What several programs tell about the same machine, computed once from the persona so that they agree: load, memory, processor,
 * logins, addresses. Values move slowly with the clock and never jump between two commands.
 */
import type { CommandContext } from '../command.types.ts';
import type { Persona } from '../../persona/persona.types.ts';
import { bytesToBinary, readFile, ROOT, splitLines } from './text.ts';

/** A number from 0 to 1 that belongs to this persona and purpose. */
export function fraction(persona: Persona, purpose: string): number {
  const [a = 0, b = 0, c = 0] = persona.derive(`commands:${purpose}`, 3);
  return (a * 65_536 + b * 256 + c) / 16_777_216;
}

export function between(persona: Persona, purpose: string, low: number, high: number): number {
  return Math.floor(low + fraction(persona, purpose) * (high - low + 1));
}

/** A file of `/proc` or `/etc`, as any program reads it; undefined where the machine has none. */
export function systemFile(ctx: CommandContext, path: string): string | undefined {
  const file = readFile(ctx, path, ROOT);
  return file.ok ? bytesToBinary(file.bytes) : undefined;
}

export interface Memory {
  readonly totalKb: number;
  readonly freeKb: number;
  readonly availableKb: number;
  readonly buffersKb: number;
  readonly cachedKb: number;
  readonly sharedKb: number;
  readonly swapTotalKb: number;
  readonly swapFreeKb: number;
}

/** As /proc/meminfo of this machine says; derived from the persona where there is no such file. */
export function memory(ctx: CommandContext): Memory {
  const table = new Map(
    splitLines(systemFile(ctx, '/proc/meminfo') ?? '').map((line) => [
      line.split(':')[0]!,
      Number.parseInt(line.split(':')[1] ?? '', 10),
    ]),
  );
  const { persona } = ctx.machine;
  const totalKb = table.get('MemTotal') ?? persona.hardware.memoryKb;
  const part = (name: string, share: number): number => table.get(name) ?? Math.floor(totalKb * share);
  return {
    totalKb,
    freeKb: part('MemFree', 0.2 + fraction(persona, 'memory-free') * 0.3),
    availableKb: part('MemAvailable', 0.72),
    buffersKb: part('Buffers', 0.02),
    cachedKb: part('Cached', 0.3) + (table.get('SReclaimable') ?? Math.floor(totalKb * 0.02)),
    sharedKb: part('Shmem', 0.004),
    swapTotalKb: table.get('SwapTotal') ?? 0,
    swapFreeKb: table.get('SwapFree') ?? 0,
  };
}

/** The three load averages, agreeing with /proc/loadavg. */
export function loadAverage(ctx: CommandContext): readonly [number, number, number] {
  const read = /^([\d.]+) ([\d.]+) ([\d.]+)/.exec(systemFile(ctx, '/proc/loadavg') ?? '');
  if (read !== null) return [Number(read[1]), Number(read[2]), Number(read[3])];
  const minute = Math.floor(ctx.clock.now() / 60_000);
  const base = fraction(ctx.machine.persona, 'load') * 0.12;
  const wave = (period: number): number => Math.max(0, base + 0.05 * Math.sin(minute / period));
  return [wave(3), wave(9), wave(21)];
}

export function uptimeSeconds(ctx: CommandContext): number {
  return Math.max(0, Math.floor((ctx.clock.now() - ctx.machine.persona.bootedAt(ctx.clock.now())) / 1000));
}

export interface Login {
  readonly user: string;
  readonly tty: string;
  readonly from: string;
  readonly sinceMs: number;
  readonly pid: number;
}

/** Those who are logged in: whoever has a process on a terminal that leads its session. */
export function logins(ctx: CommandContext): Login[] {
  const all = ctx.processes.list();
  const leaders = new Map<string, Login>();
  for (const process of all) {
    if (process.tty === '?' || process.tty === '' || leaders.has(process.tty)) continue;
    const from = process.tty.startsWith('pts') ? (process.from ?? ctx.client.ip) : '-';
    leaders.set(process.tty, {
      user: process.user,
      tty: process.tty,
      from,
      sinceMs: process.startedAt,
      pid: process.pid,
    });
  }
  return [...leaders.values()];
}

export interface Address {
  readonly name: string;
  readonly mac: string;
  readonly inet: string;
  readonly prefix: number;
  readonly broadcast: string;
  readonly network: string;
  readonly netmask: string;
  readonly inet6: string;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
}

const ipNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const ipText = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** The machine's one network card; counters grow with its uptime. */
export function address(ctx: CommandContext): Address {
  const { network } = ctx.machine.persona;
  const { persona } = ctx.machine;
  const mask = network.prefix === 0 ? 0 : (0xff_ff_ff_ff << (32 - network.prefix)) >>> 0;
  const own = ipNumber(network.address);
  const octets = network.mac.split(':').map((part) => Number.parseInt(part, 16));
  const eui = [
    (octets[0] ?? 0) ^ 2,
    octets[1] ?? 0,
    octets[2] ?? 0,
    0xff,
    0xfe,
    octets[3] ?? 0,
    octets[4] ?? 0,
    octets[5] ?? 0,
  ];
  const groups = [0, 2, 4, 6].map((at) => (eui[at]! * 256 + eui[at + 1]!).toString(16));
  const seconds = uptimeSeconds(ctx);
  const rxBytes = Math.floor(40_000_000 + seconds * (180 + fraction(persona, 'rx') * 900));
  const txBytes = Math.floor(9_000_000 + seconds * (60 + fraction(persona, 'tx') * 700));
  return {
    name: network.interface,
    mac: network.mac,
    inet: network.address,
    prefix: network.prefix,
    broadcast: ipText((own | ~mask) >>> 0),
    network: ipText((own & mask) >>> 0),
    netmask: ipText(mask),
    inet6: `fe80::${groups.join(':')}`,
    rxBytes,
    txBytes,
    rxPackets: Math.floor(rxBytes / 310),
    txPackets: Math.floor(txBytes / 190),
  };
}

/** Whether this text is an IPv4 address. */
export function isIpv4(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}

/** The address a name would have: made from the name, always the same, in ranges that belong to large hosters. */
export function resolveName(ctx: CommandContext, name: string): string | undefined {
  if (isIpv4(name)) return name;
  if (name === 'localhost') return '127.0.0.1';
  const { persona } = ctx.machine;
  if (name === persona.hostname) return '127.0.1.1';
  if (!/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}$/i.test(name)) return undefined;
  const [a = 0, b = 0, c = 0] = Buffer.from(persona.derive(`dns:${name.toLowerCase().slice(0, 255)}`, 3));
  const prefixes = ['104.21', '172.67', '151.101', '185.199', '13.107', '142.250', '93.184', '199.232'];
  return `${prefixes[a % prefixes.length]}.${b}.${(c % 254) + 1}`;
}
