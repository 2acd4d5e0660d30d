/** What an EXECVE record says of a command: `argc=3 a0="sh" a1="-c" a2=6C73`, long arguments in pieces (`a2[0]=…`), long lists in several records. */
import { decoded, type AuditRecord } from './read-record.ts';

const MAX_ARGUMENTS = 1024;

/** In order of their numbers; what is missing before the first is said in its place. */
export function argumentsOf(record: AuditRecord): string[] | undefined {
  const found = new Map<number, string>();
  for (const key of record.values.keys()) {
    const match = /^a(\d{1,6})(?:\[\d+\])?$/.exec(key);
    if (match === null || found.size >= MAX_ARGUMENTS) continue;
    const index = Number(match[1]);
    found.set(index, (found.get(index) ?? '') + argument(record, key));
  }
  if (found.size === 0) return undefined;
  const list = [...found].toSorted(([a], [b]) => a - b);
  const missing = list[0]![0];
  const values = list.map(([, value]) => value);
  return missing === 0 ? values : [`[... ${missing} truncated arguments ...]`, ...values];
}

/** Numbers of one argument look like hexadecimal and are not: the kernel quotes what it trusts, but copies of its log lose the quotes. */
function argument(record: AuditRecord, key: string): string {
  const raw = record.values.get(key)!;
  return raw.length < 4 ? raw : (decoded(record, key) ?? raw);
}

/** A command line as a list, at blanks. */
export function wordsOf(command: string): string[] {
  return command.split(/[\s\0]+/).filter((word) => word !== '');
}
