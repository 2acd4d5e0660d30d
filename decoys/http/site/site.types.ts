/** A tree of files as a web server finds it under its root. */

export interface SiteFile {
  readonly path: string;
  readonly content: Buffer;
  /** Epoch ms. */
  readonly modified: number;
  readonly inode: number;
}

export interface SiteFolder {
  readonly path: string;
  readonly modified: number;
  readonly entries: readonly {
    readonly name: string;
    readonly folder: boolean;
    readonly size: number;
    readonly modified: number;
  }[];
}

export interface Site {
  /** The file at a decoded path, the folder there, or nothing. */
  find(path: string): { readonly file: SiteFile } | { readonly folder: SiteFolder } | undefined;
}
