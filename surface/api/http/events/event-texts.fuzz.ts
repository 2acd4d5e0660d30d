/** What somebody asks events by is refused or understood, and what attackers wrote is no formula for whoever opens the table, nor another row or cell of it. */
import { csvLine } from './csv.ts';
import { Cursor, cursorOf } from './event-cursor.ts';
import { parseFilter } from './filter-text.ts';

export const seeds = [
  '!user.name:eq:root',
  'source.ip:cidr:192.0.2.0/24',
  'event.action:in:["ssh-login","ssh-command"]',
  'event.duration:gte:1000000000000000000',
  'MTc5NTM4MjcyOS4xMg',
  '=1+1;\t@SUM(A1)|-2',
  'wget x;=cmd|"calc"\r\n+3,"\'',
].map((text) => Buffer.from(text));

export function fuzz(data: Uint8Array): void {
  const text = Buffer.from(data).toString('utf8');
  const filter = parseFilter(text);
  if (!filter.ok && filter.error.length > 1000) throw new Error('an error says back more than it should');
  const cursor = Cursor.safeParse(text);
  if (cursor.success && Cursor.parse(cursorOf(cursor.data)) !== cursor.data) throw new Error('another page');
  const line = csvLine([text, 'end']);
  const [first, ...others] = readCsv(line, ',');
  if (others.length > 0 || first?.length !== 2 || first[1] !== 'end') throw new Error('another row or cell');
  for (const separator of [',', ';', '\t'])
    for (const cell of readCsv(line, separator).flat())
      if (/^[=+\-@]/.test(cell.trimStart()))
        throw new Error(`a formula where cells end at ${JSON.stringify(separator)}`);
}

/** As spreadsheets read it: quotes count where a cell begins with one. */
function readCsv(line: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  for (let at = 0; at < line.length;) {
    let cell = '';
    if (line[at] === '"') {
      for (at++; at < line.length; at++)
        if (line[at] !== '"') cell += line[at];
        else if (line[at + 1] === '"') cell += line[at++];
        else break;
      at++;
    }
    while (at < line.length && line[at] !== separator && line[at] !== '\r' && line[at] !== '\n') cell += line[at++];
    rows.at(-1)!.push(cell);
    if (line[at] === separator) {
      at++;
      continue;
    }
    while (line[at] === '\r' || line[at] === '\n') at++;
    if (at < line.length) rows.push([]);
  }
  return rows;
}
