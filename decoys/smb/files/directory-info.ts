/** Entries of a folder at each level that clients ask for (MS-FSCC section 2.4): SMB2 QUERY_DIRECTORY and SMB1 TRANS2_FIND share them. */
import { LittleWriter } from '../wire.ts';
import type { FileFacts } from './file-facts.ts';

export const DIRECTORY_CLASS = { directory: 1, full: 2, both: 3, names: 12, idBoth: 37, idFull: 38 } as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(DIRECTORY_CLASS));

export function isDirectoryClass(level: number): boolean {
  return KNOWN.has(level);
}

/** One entry without what links it to the next: eight bytes of NextEntryOffset and FileIndex stand before it as zeros. */
export function directoryEntry(level: number, facts: FileFacts): Buffer {
  const name = Buffer.from(facts.name, 'utf16le');
  const out = new LittleWriter(128 + name.length).zeros(8);
  if (level === DIRECTORY_CLASS.names) return out.u32(name.length).raw(name).done();
  out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed);
  out.u64(facts.size).u64(facts.allocation).u32(facts.attributes).u32(name.length);
  if (level !== DIRECTORY_CLASS.directory) out.u32(0);
  if (level === DIRECTORY_CLASS.both || level === DIRECTORY_CLASS.idBoth) {
    const short = Buffer.alloc(24);
    const alias = shortName(facts.name);
    short.write(alias, 'utf16le');
    out
      .u8(alias.length * 2)
      .u8(0)
      .raw(short);
  }
  if (level === DIRECTORY_CLASS.idBoth) out.u16(0).u64(facts.id);
  if (level === DIRECTORY_CLASS.idFull) out.u32(0).u64(facts.id);
  return out.raw(name).done();
}

/** Entries one after the other, each at a multiple of eight, as many as fit; how many that were. */
export function packEntries(
  entries: Iterable<Buffer>,
  room: number,
): { readonly bytes: Buffer; readonly count: number } {
  const parts: Buffer[] = [];
  let length = 0;
  let last: Buffer | undefined;
  let count = 0;
  for (const entry of entries) {
    const gap = (8 - (length % 8)) % 8;
    if (length + gap + entry.length > room) break;
    if (last !== undefined) last.writeUInt32LE(last.length + gap, 0);
    if (gap > 0) parts.push(Buffer.alloc(gap));
    parts.push(entry);
    length += gap + entry.length;
    last = entry;
    count++;
  }
  return { bytes: Buffer.concat(parts), count };
}

/** An 8.3 name is made where the name is none itself; the hash that Samba makes of it differs, but is stable as well. */
export function shortName(name: string): string {
  if (name === '.' || name === '..' || /^[A-Z0-9_~!#$%&'()@^{}-]{1,8}(?:\.[A-Z0-9_~!#$%&'()@^{}-]{1,3})?$/i.test(name))
    return '';
  const dot = name.lastIndexOf('.');
  const clean = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const stem = clean(dot > 0 ? name.slice(0, dot) : name);
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  const digits = (hash % 46_656).toString(36).toUpperCase().padStart(3, '0');
  const extension = dot > 0 ? clean(name.slice(dot + 1)).slice(0, 3) : '';
  return `${stem.slice(0, 4).padEnd(1, '_')}${digits}~${extension === '' ? '' : `.${extension}`}`.slice(0, 12);
}
