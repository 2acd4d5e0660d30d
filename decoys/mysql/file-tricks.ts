/** Files that statements read and write: SELECT … INTO OUTFILE, LOAD DATA. */
import type { ResultSet } from '../sql/relation.ts';
import { bytesOf, textOf } from './mysql-values.ts';

/** What the file holds. DUMPFILE writes the one row bare; OUTFILE with tabs and escapes. */
export function exportRows(result: ResultSet, dump: boolean, statement: string): Uint8Array {
  if (dump) return Buffer.concat((result.rows[0] ?? []).map(bytesOf));
  const option = (pattern: RegExp, fallback: string): string => {
    const found = pattern.exec(statement)?.[1];
    return found === undefined
      ? fallback
      : found.startsWith('0x')
        ? Buffer.from(found.slice(2), 'hex').toString('latin1')
        : found.slice(1, -1).replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\r/g, '\r').replace(/\\\\/g, '\\');
  };
  const field = option(/fields\s+(?:\w+\s+by\s+\S+\s+)*?terminated\s+by\s+('[^']*'|0x[0-9a-f]+)/i, '\t');
  const line = option(/lines\s+(?:\w+\s+by\s+\S+\s+)*?terminated\s+by\s+('[^']*'|0x[0-9a-f]+)/i, '\n');
  const start = option(/starting\s+by\s+('[^']*'|0x[0-9a-f]+)/i, '');
  const lines = result.rows.map(
    (row) =>
      start +
      row
        .map((value) =>
          value === null ? '\\N' : textOf(value).replace(/[\\\n\t\0]/g, (c) => (c === '\0' ? '\\0' : `\\${c}`)),
        )
        .join(field) +
      line,
  );
  return Buffer.from(lines.join(''), 'utf8');
}

/** Lines of LOAD DATA, with its default separators or those given. */
export function importRows(content: Uint8Array, field: string, line: string, most: number): string[][] {
  const text = Buffer.from(content).toString('utf8');
  const lines = text.split(line).slice(0, most);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((each) =>
    each.split(field).map((cell) => cell.replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t', 0: '\0' })[c] ?? c)),
  );
}
