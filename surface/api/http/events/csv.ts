/**
 * Events as CSV (RFC 4180). Cells hold what attackers wrote, and spreadsheets run what looks like a formula: such a cell gets an apostrophe in front,
 * which a spreadsheet takes for "this is text". Some of them (Excel in German) part cells by `;` or tabs, whatever is quoted, so that a cell of theirs can
 * begin within one of ours: it gets one as well.
 */
import type { Event } from '@netsentinel/contracts/event';

/** Where nobody says otherwise. */
export const DEFAULT_COLUMNS: readonly string[] = [
  '@timestamp',
  'event.id',
  'event.dataset',
  'event.kind',
  'event.action',
  'event.outcome',
  'source.ip',
  'source.port',
  'source.geo.country_iso_code',
  'destination.ip',
  'destination.port',
  'network.protocol',
  'user.name',
  'netsentinel.decoy.id',
  'netsentinel.session.id',
  'process.command_line',
  'url.original',
  'rule.name',
  'threat.technique.id',
  'message',
];

/** Where a cell begins, for one spreadsheet or another, and what begins a formula there, after blanks and quotes that it skips. */
const FORMULA = /(^|[;|\t\r\n])(?=(?:"|[^\S\t\r\n])*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;
const BEGINS_INVISIBLY = /^[\t\r\n]/;
const QUOTED = /[",;\t\r\n]/;
/** Between several values of one field: no spreadsheet parts cells by it unless it is told to. */
const SEPARATOR = ' | ';

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** One cell for each column; empty where the event has no such value. */
export function csvCells(event: Event, columns: readonly (readonly string[])[]): string[] {
  return columns.map((path) => valuesAt(event, path, 0).join(SEPARATOR));
}

function csvCell(text: string): string {
  // No reader of CSV agrees on what NUL means.
  const plain = text.replaceAll('\0', '\uFFFD');
  const safe = plain.replace(BEGINS_INVISIBLY, "'$&").replace(FORMULA, "$1'");
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function valuesAt(value: unknown, path: readonly string[], at: number): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, at));
  if (value === undefined || value === null) return [];
  const name = path[at];
  if (name === undefined) return [typeof value === 'string' ? value : JSON.stringify(value)];
  return typeof value === 'object' && Object.hasOwn(value, name)
    ? valuesAt((value as Record<string, unknown>)[name], path, at + 1)
    : [];
}
