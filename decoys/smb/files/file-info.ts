/** What is asked of an open file, and of the volume it lies on, at each level (MS-FSCC sections 2.4 and 2.5). */
import { LittleWriter } from '../wire.ts';
import { shortName } from './directory-info.ts';
import type { FileFacts } from './file-facts.ts';

export const FILE_CLASS = {
  basic: 4,
  standard: 5,
  internal: 6,
  ea: 7,
  access: 8,
  name: 9,
  rename: 10,
  disposition: 13,
  position: 14,
  fullEa: 15,
  mode: 16,
  alignment: 17,
  all: 18,
  allocation: 19,
  endOfFile: 20,
  alternateName: 21,
  stream: 22,
  compression: 28,
  networkOpen: 34,
  attributeTag: 35,
  normalizedName: 48,
  id: 59,
  dispositionEx: 64,
  renameEx: 65,
} as const;

export interface OpenFacts extends FileFacts {
  /** From the root of the share, with a backslash before it. */
  readonly path: string;
  readonly access: number;
  readonly deletePending: boolean;
  readonly position: bigint;
  readonly mode: number;
  readonly volume: VolumeFacts;
}

export interface VolumeFacts {
  readonly product: 'samba' | 'windows';
  readonly label: string;
  readonly serial: number;
  readonly created: bigint;
  /** In units of 1024 bytes. */
  readonly totalKb: number;
  readonly freeKb: number;
}

/** Undefined for a level that the server does not know. */
export function fileInfo(level: number, facts: OpenFacts): Buffer | undefined {
  const out = new LittleWriter(160);
  switch (level) {
    case FILE_CLASS.basic:
      return basic(out, facts).done();
    case FILE_CLASS.standard:
      return standard(out, facts).done();
    case FILE_CLASS.internal:
      return out.u64(facts.id).done();
    case FILE_CLASS.ea:
    case FILE_CLASS.mode:
      return out.u32(level === FILE_CLASS.mode ? facts.mode : 0).done();
    case FILE_CLASS.access:
      return out.u32(facts.access).done();
    case FILE_CLASS.name:
      return facts.volume.product === 'samba' ? named(out, facts.path).done() : undefined;
    case FILE_CLASS.position:
      return out.u64(facts.position).done();
    case FILE_CLASS.alignment:
      return out.u32(0).done();
    case FILE_CLASS.all:
      basic(out, facts);
      standard(out, facts).u64(facts.id).u32(0).u32(facts.access).u64(facts.position).u32(facts.mode).u32(0);
      return named(out, facts.path).done();
    case FILE_CLASS.alternateName: {
      const alias = shortName(facts.name);
      return named(out, alias === '' ? facts.name : alias).done();
    }
    case FILE_CLASS.stream: {
      if (facts.isFolder) return Buffer.alloc(0);
      const name = Buffer.from('::$DATA', 'utf16le');
      return out.u32(0).u32(name.length).u64(facts.size).u64(facts.allocation).raw(name).done();
    }
    case FILE_CLASS.compression:
      return out.u64(facts.size).zeros(8).done();
    case FILE_CLASS.networkOpen:
      out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed);
      return out.u64(facts.allocation).u64(facts.size).u32(facts.attributes).u32(0).done();
    case FILE_CLASS.attributeTag:
      return out.u32(facts.attributes).u32(0).done();
    case FILE_CLASS.normalizedName:
      if (facts.volume.product === 'samba') return undefined;
      return named(out, facts.path.replace(/^\\/, '')).done();
    case FILE_CLASS.id:
      if (facts.volume.product === 'samba') return undefined;
      return out.u64(facts.volume.serial).u64(facts.id).u64(0).done();
    default:
      return undefined;
  }
}

function basic(out: LittleWriter, facts: FileFacts): LittleWriter {
  out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed);
  return out.u32(facts.attributes).u32(0);
}

function standard(out: LittleWriter, facts: OpenFacts): LittleWriter {
  out
    .u64(facts.allocation)
    .u64(facts.size)
    .u32(Math.max(facts.links, 1) - (facts.deletePending ? 1 : 0));
  return out
    .u8(facts.deletePending ? 1 : 0)
    .u8(facts.isFolder ? 1 : 0)
    .u16(0);
}

function named(out: LittleWriter, name: string): LittleWriter {
  const bytes = Buffer.from(name, 'utf16le');
  return out.u32(bytes.length).raw(bytes);
}

/** Of the volume; `quota` and other levels that nobody has are undefined. */
export function volumeInfo(level: number, volume: VolumeFacts): Buffer | undefined {
  const out = new LittleWriter(96);
  const windows = volume.product === 'windows';
  // Samba counts in units of 1024 bytes, Windows in clusters of 4096.
  const sectors = windows ? 8 : 2;
  const units = (kb: number): bigint => BigInt(Math.floor((kb * 1024) / (sectors * 512)));
  switch (level) {
    case 1: {
      const label = Buffer.from(volume.label, 'utf16le');
      return out
        .u64(windows ? volume.created : 0n)
        .u32(volume.serial)
        .u32(label.length)
        .u8(windows ? 1 : 0)
        .u8(0)
        .raw(label)
        .done();
    }
    case 2: {
      const label = Buffer.from(volume.label, 'latin1');
      return windows ? undefined : out.u32(label.length).raw(label).done();
    }
    case 3:
      return out.u64(units(volume.totalKb)).u64(units(volume.freeKb)).u32(sectors).u32(512).done();
    case 4:
      return out
        .u32(7)
        .u32(windows ? 0x20020 : 0x20)
        .done();
    case 5: {
      const name = Buffer.from('NTFS', 'utf16le');
      return out
        .u32(windows ? 0x03e7_06ff : 0x0001_006f)
        .u32(255)
        .u32(name.length)
        .raw(name)
        .done();
    }
    case 7:
      return out
        .u64(units(volume.totalKb))
        .u64(units(volume.freeKb))
        .u64(units(volume.freeKb))
        .u32(sectors)
        .u32(512)
        .done();
    case 8: {
      const id = Buffer.alloc(16);
      id.writeUInt32LE(volume.serial, 0);
      return out.raw(id).zeros(48).done();
    }
    case 11:
      return out.u32(512).u32(512).u32(512).u32(512).u32(3).u32(0).u32(0).done();
    default:
      return undefined;
  }
}
