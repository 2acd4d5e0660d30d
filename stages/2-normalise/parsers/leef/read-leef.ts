/** The text of one LEEF record: the header's parts between pipes, then attributes. */

export interface LeefRecord {
  /** Where it begins in the line. */
  readonly begin: number;
  readonly leefVersion: string;
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly eventId: string;
  /** As they came; of a name that comes twice, the first. */
  readonly attributes: ReadonlyMap<string, string>;
}

const MAX_ATTRIBUTES = 512;

/** Undefined where the header is not whole. */
export function readLeef(line: string): LeefRecord | undefined {
  const begin = line.indexOf('LEEF:');
  if (begin === -1) return undefined;
  const header: string[] = [];
  let at = begin + 5;
  while (header.length < 5) {
    const end = line.indexOf('|', at);
    if (end === -1) return undefined;
    header.push(line.slice(at, end));
    at = end + 1;
  }
  const [leefVersion, vendor, product, version, eventId] = header as [string, string, string, string, string];
  let separator = '\t';
  if (leefVersion.startsWith('2')) [separator, at] = separatorOf(line, at);
  return { begin, leefVersion, vendor, product, version, eventId, attributes: attributesOf(line, at, separator) };
}

/** `^|`, `x5E|`, `0x5E|`, `|` for the tab; or nothing at all, where a sender left it out. */
function separatorOf(line: string, from: number): [string, number] {
  const end = line.indexOf('|', from);
  const mark = end === -1 ? '' : line.slice(from, end);
  if (end === -1 || mark.length > 6 || mark.includes('=')) return ['\t', from];
  const code = /^0?x([\da-f]{1,4})$/i.exec(mark)?.[1];
  if (code !== undefined) return [String.fromCharCode(Number.parseInt(code, 16)), end + 1];
  return [mark === '' || mark === '\\t' ? '\t' : mark[0]!, end + 1];
}

function attributesOf(line: string, from: number, separator: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of line.slice(from).split(separator, MAX_ATTRIBUTES)) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const name = pair.slice(0, equals).trim();
    if (!attributes.has(name)) attributes.set(name, pair.slice(equals + 1).trim());
  }
  return attributes;
}
