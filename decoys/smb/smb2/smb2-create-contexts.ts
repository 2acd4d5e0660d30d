/** What goes along with CREATE (MS-SMB2 section 2.2.13.2) and its answer. Leases and durable handles are asked for by everybody and granted to nobody. */
import type { DiskOpen } from '../files/disk-open.ts';
import type { DiskTree } from '../files/disk-tree.ts';
import type { FileFacts } from '../files/file-facts.ts';
import { LittleReader, LittleWriter } from '../wire.ts';

const MAX_CONTEXTS = 32;

/** By name; undefined where they are malformed. */
export function readContexts(message: Buffer, offset: number, length: number): ReadonlyMap<string, Buffer> | undefined {
  const found = new Map<string, Buffer>();
  if (length === 0) return found;
  const area = new LittleReader(message).slice(offset, length);
  if (area === undefined) return undefined;
  for (let at = 0, count = 0; count < MAX_CONTEXTS; count++) {
    const reader = new LittleReader(area, at);
    const [next, nameAt, nameLength] = [reader.u32(), reader.u16(), reader.u16()];
    reader.u16();
    const [dataAt, dataLength] = [reader.u16(), reader.u32()];
    const [name, data] = [reader.slice(at + nameAt, nameLength), reader.slice(at + dataAt, dataLength)];
    if (!reader.ok || name === undefined || data === undefined) return undefined;
    found.set(name.toString('latin1'), data);
    if (next === 0) break;
    at += next;
  }
  return found;
}

export function createContexts(
  asked: ReadonlyMap<string, Buffer>,
  tree: DiskTree,
  facts: FileFacts,
  open: DiskOpen,
): Buffer {
  const answers: (readonly [string, Buffer])[] = [];
  if (asked.has('MxAc')) {
    const stat = tree.options.fs.stat(open.path, tree.options.user);
    const access = stat.ok ? tree.maximalFor(stat.value) : 0;
    answers.push(['MxAc', new LittleWriter(8).u32(0).u32(access).done()]);
  }
  if (asked.has('QFid'))
    answers.push(['QFid', new LittleWriter(32).u64(facts.id).u64(tree.options.volume.serial).zeros(16).done()]);
  const parts = answers.map(([name, data], i) => {
    const out = new LittleWriter(64).u32(0).u16(16).u16(4).u16(0).u16(24).u32(data.length);
    out.raw(Buffer.from(name, 'latin1')).zeros(4).raw(data);
    if (i < answers.length - 1) out.align(8).set32(0, out.length);
    return out.done();
  });
  return Buffer.concat(parts);
}
