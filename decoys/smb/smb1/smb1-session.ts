/** What SMB1 keeps of a connection: users, trees, open files and searches, by their 16-bit numbers. */
import type { FileFacts } from '../files/file-facts.ts';
import type { DiskOpen } from '../files/disk-open.ts';
import type { Open, Tree } from '../smb-client.ts';
import type { SmbLogin } from '../smb-login.ts';
import type { Account } from '../smb.types.ts';

export interface Smb1User {
  login: SmbLogin | undefined;
  account: Account | undefined;
}

export interface Smb1Search {
  readonly folder: DiskOpen;
  readonly names: readonly string[];
  at: number;
}

export interface Smb1Open {
  readonly open: Open;
  readonly tid: number;
}

/** Numbers that are given out in turn and used again once they are free. */
export class Numbered<T> {
  readonly #items = new Map<number, T>();
  readonly #most: number;
  #next: number;

  constructor(most: number, first = 1) {
    this.#most = most;
    this.#next = first;
  }

  /** Undefined where there are too many. */
  add(item: T): number | undefined {
    if (this.#items.size >= this.#most) return undefined;
    while (this.#items.has(this.#next)) this.#next = (this.#next % 0xfffd) + 1;
    const number = this.#next;
    this.#next = (this.#next % 0xfffd) + 1;
    this.#items.set(number, item);
    return number;
  }

  get(number: number): T | undefined {
    return this.#items.get(number);
  }

  delete(number: number): boolean {
    return this.#items.delete(number);
  }

  entries(): IterableIterator<[number, T]> {
    return this.#items.entries();
  }
}

export interface Smb1Context {
  readonly tree: Tree;
  readonly account: Account;
}

/** Attributes as SMB1 has them, in 16 bits. */
export function shortAttributes(facts: FileFacts): number {
  return facts.attributes & 0x3f;
}
