/** What a key can hold, its size and its inner encoding as OBJECT ENCODING names it. */
export interface StreamEntry {
  readonly ms: number;
  readonly seq: number;
  readonly fields: readonly string[];
}

export interface PendingEntry {
  readonly id: string;
  consumer: string;
  deliveredAt: number;
  deliveries: number;
}

export interface StreamGroup {
  lastMs: number;
  lastSeq: number;
  entriesRead: number | null;
  readonly pending: Map<string, PendingEntry>;
  readonly consumers: Map<string, { seenAt: number }>;
}

export type Value =
  | { readonly type: 'string'; text: string; raw?: boolean }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'list'; items: string[] }
  | { readonly type: 'set'; readonly members: Set<string> }
  | {
      readonly type: 'zset';
      readonly scores: Map<string, number>;
      sorted?: readonly (readonly [string, number])[] | undefined;
    }
  | {
      readonly type: 'stream';
      entries: StreamEntry[];
      lastMs: number;
      lastSeq: number;
      added: number;
      maxDeleted: string;
      readonly groups: Map<string, StreamGroup>;
    };

export type ValueType = Value['type'];
export type ValueOf<T extends ValueType> = Extract<Value, { readonly type: T }>;

const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;

/** A 64-bit number as redis reads one: no spaces, plus signs or leading zeros. */
export function readInteger(text: string): bigint | undefined {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

export function isInt64(value: bigint): boolean {
  return value <= INT64_MAX && value >= INT64_MIN;
}

export function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string':
      if (value.raw === true) return 'raw';
      if (readInteger(value.text) !== undefined) return 'int';
      return value.text.length <= 44 ? 'embstr' : 'raw';
    case 'hash':
      return value.fields.size <= 512 && shortAll(value.fields.entries()) ? 'listpack' : 'hashtable';
    case 'list':
      return 'quicklist';
    case 'set':
      return isIntset(value.members) ? 'intset' : 'hashtable';
    case 'zset':
      return value.scores.size <= 128 && shortAll([...value.scores.keys()].map((name) => [name, '']))
        ? 'listpack'
        : 'skiplist';
    case 'stream':
      return 'stream';
    default:
      return value satisfies never;
  }
}

export function isIntset(members: ReadonlySet<string>): boolean {
  if (members.size > 512) return false;
  for (const member of members) if (readInteger(member) === undefined) return false;
  return true;
}

function shortAll(pairs: Iterable<readonly [string, string]>): boolean {
  for (const [a, b] of pairs) if (a.length > 64 || b.length > 64) return false;
  return true;
}

/** Members of a set in the order in which redis keeps a small set of numbers; others as they came. */
export function membersOf(value: ValueOf<'set'>): string[] {
  const members = [...value.members];
  return isIntset(value.members) ? members.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)) : members;
}

/** By score, then by name. */
export function sortedScores(value: ValueOf<'zset'>): readonly (readonly [string, number])[] {
  value.sorted ??= [...value.scores].toSorted(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1));
  return value.sorted;
}

export function isEmpty(value: Value): boolean {
  switch (value.type) {
    case 'hash':
      return value.fields.size === 0;
    case 'list':
      return value.items.length === 0;
    case 'set':
      return value.members.size === 0;
    case 'zset':
      return value.scores.size === 0;
    default:
      return false;
  }
}

/** About what redis' MEMORY USAGE would say without the key. */
export function sizeOf(value: Value): number {
  let bytes = 56;
  switch (value.type) {
    case 'string':
      return bytes + value.text.length;
    case 'hash':
      for (const [name, text] of value.fields) bytes += name.length + text.length + 16;
      return bytes;
    case 'list':
      for (const item of value.items) bytes += item.length + 12;
      return bytes;
    case 'set':
      for (const member of value.members) bytes += member.length + 16;
      return bytes;
    case 'zset':
      for (const name of value.scores.keys()) bytes += name.length + 32;
      return bytes;
    case 'stream':
      for (const entry of value.entries) for (const field of entry.fields) bytes += field.length + 8;
      return bytes + value.entries.length * 32;
    default:
      return value satisfies never;
  }
}

export function copyOf(value: Value): Value {
  switch (value.type) {
    case 'string':
      return { ...value };
    case 'hash':
      return { type: 'hash', fields: new Map(value.fields) };
    case 'list':
      return { type: 'list', items: [...value.items] };
    case 'set':
      return { type: 'set', members: new Set(value.members) };
    case 'zset':
      return { type: 'zset', scores: new Map(value.scores), sorted: value.sorted };
    case 'stream':
      return {
        ...value,
        entries: [...value.entries],
        groups: new Map(
          [...value.groups].map(([name, group]) => [
            name,
            {
              ...group,
              pending: new Map([...group.pending].map(([id, pending]) => [id, { ...pending }])),
              consumers: new Map([...group.consumers].map(([consumer, seen]) => [consumer, { ...seen }])),
            },
          ]),
        ),
      };
    default:
      return value satisfies never;
  }
}
