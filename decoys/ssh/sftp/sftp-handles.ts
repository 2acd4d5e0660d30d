/**
 * Open files and folders of one SFTP session. Handles are numbers in four bytes, the one freed last is used again first, as in OpenSSH;
 * how many there may be and how many names they may hold is bounded.
 */
import { SFTP_LIMITS } from './sftp-protocol.ts';

export interface OpenFile {
  readonly kind: 'file';
  /** Absolute; what the file was called when it was opened. */
  path: string;
  /** As the client named it. */
  readonly name: string;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly append: boolean;
  /** True once something was written: it is reported when it is closed. */
  written: boolean;
}

export interface OpenFolder {
  readonly kind: 'folder';
  readonly path: string;
  /** What has not been listed yet; undefined before the first READDIR. */
  pending: readonly string[] | undefined;
}

type Open = OpenFile | OpenFolder;

export class SftpHandles {
  readonly #open: (Open | undefined)[] = [];
  readonly #free: number[] = [];
  #count = 0;
  #names = 0;

  /** The new handle's number, or undefined where there are too many. */
  add(open: Open): number | undefined {
    if (this.#count >= SFTP_LIMITS.maxHandles) return undefined;
    const number = this.#free.pop() ?? this.#open.length;
    this.#open[number] = open;
    this.#count++;
    return number;
  }

  /** From the bytes that a client gave back. */
  get(handle: Uint8Array): Open | undefined {
    const number = numberOf(handle);
    return number === undefined ? undefined : this.#open[number];
  }

  file(handle: Uint8Array): OpenFile | undefined {
    const open = this.get(handle);
    return open?.kind === 'file' ? open : undefined;
  }

  folder(handle: Uint8Array): OpenFolder | undefined {
    const open = this.get(handle);
    return open?.kind === 'folder' ? open : undefined;
  }

  remove(handle: Uint8Array): Open | undefined {
    const number = numberOf(handle);
    const open = number === undefined ? undefined : this.#open[number];
    if (number === undefined || open === undefined) return undefined;
    this.#open[number] = undefined;
    this.#free.push(number);
    this.#count--;
    if (open.kind === 'folder') this.#names -= open.pending?.length ?? 0;
    return open;
  }

  /** Gives a folder its names, or answers false where all folders together would hold too many. */
  setPending(folder: OpenFolder, names: readonly string[]): boolean {
    const total = this.#names - (folder.pending?.length ?? 0) + names.length;
    if (total > SFTP_LIMITS.maxListedNames) return false;
    this.#names = total;
    folder.pending = names;
    return true;
  }

  /** Empties the table; answers what was open. */
  clear(): readonly Open[] {
    const all = this.#open.filter((open) => open !== undefined);
    this.#open.length = 0;
    this.#free.length = 0;
    this.#count = 0;
    this.#names = 0;
    return all;
  }
}

function numberOf(handle: Uint8Array): number | undefined {
  if (handle.length !== 4) return undefined;
  return ((handle[0]! << 24) | (handle[1]! << 16) | (handle[2]! << 8) | handle[3]!) >>> 0;
}
