/** What a share and its open files know of each other. */
import type { FileSystem, FsStat, FsUser } from '../../shell/shell.types.ts';
import type { Share } from '../smb.types.ts';
import type { FileFacts } from './file-facts.ts';
import type { VolumeFacts } from './file-info.ts';
import type { Located } from './share-path.ts';

/** Bits of an access mask (MS-SMB2 section 2.2.13.1). */
export const ACCESS = {
  read: 0x1,
  write: 0x2,
  append: 0x4,
  deleteChild: 0x40,
  readAttributes: 0x80,
  delete: 0x1_0000,
  maximum: 0x0200_0000,
} as const;
export interface DiskTreeOptions {
  readonly share: Share;
  readonly fs: FileSystem;
  /** Where the share begins in it. */
  readonly root: string;
  readonly user: FsUser;
  readonly writable: boolean;
  readonly volume: VolumeFacts;
  /** Whose files these are said to be, where the file system does not know. */
  readonly ownerUid?: number;
  /** Attributes that clients have set, by path: the file system has no place for them. */
  readonly attributes: Map<string, number>;
  readonly observe: (what: FileObservation) => void;
}

export type FileObservation =
  | { readonly kind: 'read' | 'list' | 'delete'; readonly path: string; readonly bytes?: number }
  | { readonly kind: 'written'; readonly path: string; readonly content: Uint8Array }
  | { readonly kind: 'renamed'; readonly path: string; readonly to: string };

/** A share as its open files see it. */
export interface DiskHost {
  readonly options: DiskTreeOptions;
  locate(name: string): Located;
  facts(name: string, path: string, stat: FsStat): FileFacts;
  setAttributes(path: string, attributes: number): void;
  /** It was closed; false where it was closed before. */
  forget(open: object): boolean;
}
