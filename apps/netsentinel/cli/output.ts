/**
 * What commands print: results on stdout, progress and warnings on stderr, colours only on a terminal. Whatever an attacker wrote goes
 * through `safe` before it reaches a terminal.
 */
import { printable } from '@netsentinel/kernel/log';

/** Documented exit codes. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, notFound: 4 } as const;

const PALETTE = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
type Colour = keyof typeof PALETTE;

function coloured(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
}

export function paint(text: string, colour: Colour, stream: NodeJS.WriteStream = process.stdout): string {
  return coloured(stream) ? `\u001b[${PALETTE[colour]}m${text}\u001b[0m` : text;
}

export const severityColour = { info: 'dim', low: 'blue', medium: 'yellow', high: 'red', critical: 'magenta' } as const;

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** JSON leaves some characters as they are that a terminal obeys; they are written as `\u…`, which means the same to a program. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
  process.stdout.write(`${harmless(text)}\n`);
}

/** The same for one of many documents: without big integers, and as text. */
export function harmlessJson(value: object): string {
  return harmless(JSON.stringify(value));
}

function harmless(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Attacker text for one cell of a terminal: no control characters, and not longer than asked. */
export function safe(text: string, max = 120): string {
  return printable(text, max);
}

/** A table with a header; columns as wide as their widest cell, the last as long as the terminal allows. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => plainLength(row[i] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        i === cells.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - plainLength(cell))),
      )
      .join('  ');
  print(paint(line(header), 'dim'));
  for (const row of rows) print(line(row));
}

function plainLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}

/** `2026-11-21 09:30:00` in local time. */
export function when(epochMs: number): string {
  const d = new Date(epochMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** `3 m 20 s`: at most two units. */
export function span(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1000, 's'],
  ];
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / 1000) * 1000);
  for (const [size, name] of units) {
    if (rest < size || parts.length === 2) continue;
    parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return parts.join(' ') || '0 s';
}
