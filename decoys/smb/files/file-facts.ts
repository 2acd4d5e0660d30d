/** What a server tells of a file, whatever the level it is asked at: attributes, times and sizes as the product that is played makes them up. */
import type { FsStat } from '../../shell/shell.types.ts';
import { fileTime } from '../../ntlm/ntlm-messages.ts';

export const ATTRIBUTE = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  directory: 0x10,
  archive: 0x20,
  normal: 0x80,
} as const;

export interface FileFacts {
  readonly name: string;
  readonly attributes: number;
  readonly isFolder: boolean;
  readonly size: number;
  readonly allocation: number;
  readonly links: number;
  readonly id: bigint;
  /** 100 ns since 1601. */
  readonly created: bigint;
  readonly accessed: bigint;
  readonly written: bigint;
  readonly changed: bigint;
}

const WINDOWS_HIDDEN =
  /^(?:desktop\.ini|thumbs\.db|ntuser\.dat.*|\$recycle\.bin|system volume information|programdata)$/i;
const CLUSTER = 4096;

export function factsOf(
  name: string,
  stat: FsStat,
  product: 'samba' | 'windows',
  attributes: number | undefined,
): FileFacts {
  const isFolder = stat.type === 'directory';
  const size = isFolder ? 0 : stat.size;
  const [accessed, written, changed] = [stat.atime, stat.mtime, stat.ctime].map((time) => fileTime(time * 1000)) as [
    bigint,
    bigint,
    bigint,
  ];
  const created = [accessed, written, changed].reduce((least, time) => (time < least ? time : least));
  return {
    name,
    attributes: attributes ?? guessAttributes(name, stat, product),
    isFolder,
    size,
    allocation: Math.ceil(size / CLUSTER) * CLUSTER,
    links: isFolder ? 1 : stat.nlink,
    id: BigInt(stat.inode),
    created,
    accessed,
    written,
    changed,
  };
}

function guessAttributes(name: string, stat: FsStat, product: 'samba' | 'windows'): number {
  const isFolder = stat.type === 'directory';
  let attributes: number = isFolder ? ATTRIBUTE.directory : 0;
  if (product === 'windows') {
    if (!isFolder) attributes |= ATTRIBUTE.archive;
    if (WINDOWS_HIDDEN.test(name)) attributes |= ATTRIBUTE.hidden | ATTRIBUTE.system;
    return attributes;
  }
  // `hide dot files`, `map readonly`: what Samba makes of a file that no Windows client has touched.
  if (name.startsWith('.') && name !== '.' && name !== '..') attributes |= ATTRIBUTE.hidden;
  if (!isFolder && (stat.mode & 0o200) === 0) attributes |= ATTRIBUTE.readOnly;
  return attributes === 0 ? ATTRIBUTE.normal : attributes;
}
