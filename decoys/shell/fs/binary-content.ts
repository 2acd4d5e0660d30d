/**
 * Contents for installed files that nobody wrote by hand: programs and libraries get the ELF header of their kind and architecture, archives
 * and images their magic number, the rest bytes or text of the right size. Enough for `file`, `head -c`, `xxd` and `md5sum` to agree twice.
 */
import { SeededRandom } from '../../persona/seeded-random.ts';

const MAX_CONTENT = 16 * 1024 * 1024;
const TEXT_NAMES =
  /\.(?:conf|cfg|txt|list|md5sums|py|pl|pm|sh|service|socket|target|timer|h|html?|css|js|xml|json|ya?ml|rules|list|postinst|prerm|preinst|postrm|triggers|symbols|shlibs|templates|config|c|in|ini|desktop|map|mo?d)$/;
const MAGICS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/\.gz$|\/initrd\.img/, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]],
  [/\.xz$/, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  [/\.png$/, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  [/\.pyc$/, [0xa7, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0]],
  [/\.mo$/, [0xde, 0x12, 0x04, 0x95, 0, 0, 0, 0]],
  [/\/zoneinfo\//, [0x54, 0x5a, 0x69, 0x66, 0x32]],
  [/\.a$/, [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a]],
  [/\/vmlinuz-/, [0x4d, 0x5a, 0xea, 0x07, 0, 0xc0, 0x07, 0x8c]],
];

/** The bytes of an installed file: a function of path, mode, size and processor alone. */
export function installedContent(path: string, mode: number, size: number, machine = 'x86_64'): Uint8Array {
  const length = Math.min(size, MAX_CONTENT);
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;
  if (/\.(?:so(?:\.[\d.]+)?|ko)$/.test(path))
    return withNoise(bytes, path, elfHeader(length, path.endsWith('.ko') ? 1 : 3, 0, machine));
  if ((mode & 0o111) !== 0 && /\/(?:s?bin|lib|libexec)\//.test(path) && !TEXT_NAMES.test(path)) {
    return length < 4096
      ? script(bytes, '#!/bin/sh\nset -e\n')
      : withNoise(bytes, path, elfHeader(length, 3, 0x3000 + (length % 0x4000), machine));
  }
  for (const [pattern, magic] of MAGICS) if (pattern.test(path)) return withNoise(bytes, path, Uint8Array.from(magic));
  const first = path.endsWith('.py')
    ? '#!/usr/bin/python3\n'
    : (mode & 0o111) !== 0
      ? '#!/bin/sh\nset -e\n'
      : `# ${path.split('/').at(-1)}\n`;
  return script(bytes, first);
}

/** Little-endian processors of small machines: their number in ELF, and the flags of their usual ABI. */
const SMALL: Readonly<Record<string, readonly [machine: number, flags: number]>> = {
  mips: [8, 0x70001005],
  armv5tejl: [40, 0x05000002],
  armv7l: [40, 0x05000400],
};

/** The header of a little-endian ELF file. Type 1: relocatable, 3: shared object or position-independent program. */
function elfHeader(size: number, type: number, entry: number, machine: string): Uint8Array {
  const small = SMALL[machine];
  return small === undefined ? elf64(size, type, entry) : elf32(size, type, entry, small);
}

/** Programs of small machines are at fixed addresses. */
function elf32(size: number, type: number, entry: number, [machine, flags]: readonly [number, number]): Uint8Array {
  const header = new Uint8Array(52 + 32);
  const view = new DataView(header.buffer);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0]);
  view.setUint16(16, type === 3 && entry > 0 ? 2 : type, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry > 0 ? 0x40_0000 + entry : 0, true);
  view.setUint32(28, type === 1 ? 0 : 52, true);
  view.setUint32(32, Math.max(52, size - 40 * 26), true);
  view.setUint32(36, flags, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, type === 1 ? 0 : 32, true);
  view.setUint16(44, type === 1 ? 0 : 8, true);
  view.setUint16(46, 40, true);
  view.setUint16(48, 26, true);
  view.setUint16(50, 25, true);
  if (type !== 1) {
    view.setUint32(52, 6, true);
    view.setUint32(56, 52, true);
  }
  return header;
}

function elf64(size: number, type: number, entry: number): Uint8Array {
  const header = new Uint8Array(64 + 56);
  const view = new DataView(header.buffer);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  view.setUint16(16, type, true);
  view.setUint16(18, 0x3e, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(32, type === 1 ? 0 : 64, true);
  view.setUint32(40, Math.max(64, size - 64 * 30), true);
  view.setUint16(52, 64, true);
  view.setUint16(54, type === 1 ? 0 : 56, true);
  view.setUint16(56, type === 1 ? 0 : 13, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 30, true);
  view.setUint16(62, 29, true);
  if (type !== 1) {
    view.setUint32(64, 6, true);
    view.setUint32(68, 4, true);
    view.setUint32(72, 64, true);
  }
  return header;
}

function withNoise(bytes: Uint8Array, path: string, start: Uint8Array): Uint8Array {
  const random = new SeededRandom(new TextEncoder().encode(path), 'content');
  const words = new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
  // Real programs have long runs of zeros; a third of the pages stays empty.
  for (let i = 0; i < words.length; i++) {
    if ((i & 1023) === 0 && random.next() % 3 === 0) {
      i += 1023;
      continue;
    }
    words[i] = random.next();
  }
  bytes.set(start.subarray(0, bytes.length));
  return bytes;
}

function script(bytes: Uint8Array, start: string): Uint8Array {
  bytes.fill(0x0a);
  bytes.set(new TextEncoder().encode(start).subarray(0, bytes.length));
  for (let at = start.length; at + 2 < bytes.length; at += 2 + (at % 61)) bytes[at] = 0x23;
  return bytes;
}
