/** What a download is aimed at, and how it fares: some names resolve, the attacker's own servers answer, private addresses time out. */
import type { CommandContext } from '../command.types.ts';
import { isIpv4, resolveName } from './machine-facts.ts';
import { toBinary } from './text.ts';

export interface Target {
  readonly url: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly address: string | undefined;
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21, tftp: 69 };
const MAX_URL = 2048;

/** The parts of a URL as curl and wget read it; undefined where it is none. */
export function parseTarget(ctx: CommandContext, text: string): Target | undefined {
  const given = text.trim().slice(0, MAX_URL);
  const match =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:[^@/\s]*@)?(\[[\da-f:.]+\]|[^\s:/?#]+)(?::(\d{1,5}))?([/?#]\S*)?$/i.exec(given);
  if (match === null) return undefined;
  const scheme = (match[1] ?? 'http').toLowerCase();
  const host = match[2]!;
  const path = match[4] === undefined ? '/' : match[4].startsWith('/') ? match[4] : `/${match[4]}`;
  const port = Number(match[3] ?? PORTS[scheme] ?? 80);
  const url = `${scheme}://${host}${match[3] === undefined ? '' : `:${match[3]}`}${path}`;
  return { url, scheme, host, port, path, address: hostAddress(ctx, host) };
}

function hostAddress(ctx: CommandContext, host: string): string | undefined {
  if (host.startsWith('[')) return host;
  if (/^\d{1,10}$/.test(host)) return [24, 16, 8, 0].map((shift) => (Number(host) >>> shift) & 255).join('.');
  return resolveName(ctx, host);
}

/** Whether a connection would get an answer: nothing listens on this machine's own web ports, and private networks stay silent. */
export function reachability(ctx: CommandContext, address: string, port: number): 'open' | 'refused' | 'silent' {
  if (/^(127\.|0\.0\.0\.0)/.test(address) || address === ctx.machine.persona.network.address) {
    const web = port === 80 && ctx.processes.list().some((process) => process.comm === 'nginx');
    return port === 22 || web ? 'open' : 'refused';
  }
  const own = ctx.machine.persona.network.address.split('.').slice(0, 3).join('.');
  if (isIpv4(address) && address.startsWith(`${own}.`)) return 'silent';
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|0\.|2[2-5]\d\.)/.test(address) ? 'silent' : 'open';
}

/** The name a download is saved under. */
export function fileNameOf(target: Target): string {
  const path = target.path.replace(/#.*$/, '');
  const name = path.slice(path.lastIndexOf('/', path.includes('?') ? path.indexOf('?') : undefined) + 1);
  return name === '' ? 'index.html' : decodeSafely(name);
}

function decodeSafely(name: string): string {
  return toBinary(name)
    .replaceAll(/%([2-7][\da-f])/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('/', '%2F')
    .slice(0, 240);
}
