/** A line of MONITOR, and how redis writes bytes for people to read. */
import { type Reply, Status } from './resp/reply.ts';

export function monitorLine(now: number, db: number, address: string, args: readonly string[]): Reply {
  // The clock has milliseconds, redis' has microseconds.
  const micros = String(Math.floor(((now % 1000) + Math.random()) * 1000)).padStart(6, '0');
  return new Status(`${Math.floor(now / 1000)}.${micros} [${db} ${address}] ${args.map(quoted).join(' ')}`);
}

/** As `sdscatrepr` writes a string. */
export function quoted(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\x07': '\\a',
    '\b': '\\b',
    '\\': '\\\\',
    '"': '\\"',
  };
  return `"${text.replace(/[\\"]|[^\x20-\x7e]/g, (c) => named[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
