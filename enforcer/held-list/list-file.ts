/** A file that some program reads its blocks from: replaced as a whole, so that nobody ever reads half of it, and compared with what we wrote. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

export class ListFile {
  readonly #path: string;
  /** Of the file that we wrote last. */
  #known: { readonly inode: bigint; readonly changed: bigint; readonly digest: string } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws where it cannot be written. Readable for everybody: the program that reads it has a user of its own. */
  write(text: string): void {
    const part = `${this.#path}.new`;
    // Whatever lies there (a link of somebody else's) is not followed.
    rmSync(part, { force: true });
    const file = openSync(part, 'wx', 0o644);
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, this.#path);
    this.#known = { ...this.#stamp()!, digest: digestOf(text) };
  }

  /** Whether it is what we wrote last, read anew from the disk. */
  isAsWritten(): boolean {
    try {
      return this.#known !== undefined && digestOf(readFileSync(this.#path, 'utf8')) === this.#known.digest;
    } catch {
      return false;
    }
  }

  /** The same, without reading it where nobody has touched it. */
  isUntouched(): boolean {
    const stamp = this.#stamp();
    if (stamp === undefined || this.#known === undefined) return false;
    if (stamp.inode === this.#known.inode && stamp.changed === this.#known.changed) return true;
    if (!this.isAsWritten()) return false;
    this.#known = { ...this.#known, ...stamp };
    return true;
  }

  #stamp(): { readonly inode: bigint; readonly changed: bigint } | undefined {
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : { inode: stat.ino, changed: stat.ctimeNs };
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
