/** One line of the audit log: `node=host type=SYSCALL msg=audit(1795253400.125:421): key=value … msg='key=value …'`. */
import { keyValues } from '../../text/key-values.ts';
import { NUMBERED } from './record-types.ts';

export interface AuditRecord {
  readonly node: string | undefined;
  readonly type: string;
  /** Seconds and thousandths, as text; undefined in a record that is broken off. */
  readonly seconds: string | undefined;
  readonly sequence: string | undefined;
  /** Outer pairs, then those inside of `msg='…'`; values as they came, without quotes. */
  readonly values: Map<string, string>;
  /** Keys whose value stood in quotes: such a value is never hexadecimal. */
  readonly quoted: ReadonlySet<string>;
  readonly text: string;
}

const STAMP = /audit\((\d{1,12}\.\d{1,9}):(\d{1,20})\): ?/;

/** Undefined where the line is no audit record. */
export function readRecord(line: string): AuditRecord | undefined {
  const at = line.startsWith('type=') ? 0 : line.indexOf(' type=') + 1;
  if (at === 0 && !line.startsWith('type=')) return undefined;
  const end = line.indexOf(' ', at);
  if (end === -1) return undefined;
  const written = line.slice(at + 5, end);
  const type = NUMBERED[written] ?? written;
  const node = /(?:^|\s)node=(\S+) $/.exec(line.slice(0, at))?.[1];
  const stamp = STAMP.exec(line.slice(end, end + 96));
  if (stamp === null) {
    const message = line.slice(end + 1).replace(/^msg=/, '');
    return { node, type, seconds: undefined, sequence: undefined, values: new Map(), quoted: new Set(), text: message };
  }
  const text = line.slice(end + stamp.index + stamp[0].length).replaceAll('\x1d', ' ');
  const values = new Map<string, string>();
  const quoted = new Set<string>();
  const inner = text.indexOf("msg='");
  const outer = inner === -1 ? text : text.slice(0, inner);
  addPairs(type === 'LOGIN' ? outer.replace(/\b(old|new)[ -](auid|ses)=/g, '$1_$2=') : outer, values, quoted);
  if (inner !== -1) addPairs(text.slice(inner + 5).replace(/'(?=[^']*$)/, ' '), values, quoted);
  return { node, type, seconds: stamp[1], sequence: stamp[2], values, quoted, text };
}

function addPairs(text: string, values: Map<string, string>, quoted: Set<string>): void {
  for (const [key, value] of keyValues(text)) {
    // Words alone are prose between the pairs.
    if (value === '' && !text.includes(`${key}=`)) continue;
    if (values.has(key)) continue;
    values.set(key, value);
    if (text.includes(`${key}="`)) quoted.add(key);
  }
}

/** Text that the kernel wrote in hexadecimal because it did not trust it; otherwise as it is. */
export function decoded(record: AuditRecord, key: string): string | undefined {
  const value = record.values.get(key);
  if (value === undefined || value === '?' || value === '(null)' || value === '') return undefined;
  if (record.quoted.has(key) || value.length % 2 === 1 || !/^[\dA-F]+$/i.test(value)) return value;
  return Buffer.from(value, 'hex').toString('utf8');
}

/** Control characters as a terminal shows them: `^M`, `^?`. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\x00-\x1f\x7f]/g, (mark) => `^${String.fromCharCode(mark.charCodeAt(0) ^ 0x40)}`);
}
