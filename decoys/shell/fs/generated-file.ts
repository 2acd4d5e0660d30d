/** A file whose text belongs to a persona: fixed text (its size is real), or text of the moment as the kernel makes it (size 0). */
export interface GeneratedFile {
  readonly path: string;
  /** Type and permissions, as `st_mode`; a regular 0644 file by default. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Epoch seconds; the installation's by default. */
  readonly mtime?: number;
  readonly text: string | Uint8Array | ((now: number) => string);
  readonly size?: number;
}
