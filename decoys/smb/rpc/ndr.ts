/**
 * Network Data Representation (C706 chapter 14), little-endian, as far as the interfaces of a file server need it. What a pointer points to is written after
 * what holds the pointer, depth first.
 */
import { LittleReader, LittleWriter } from '../wire.ts';

const MAX_STRING = 4096;

export class NdrWriter {
  readonly #out = new LittleWriter(256);
  #deferred: (() => void)[] = [];
  #referent = 0x0002_0000;
  readonly #showsEmpty: boolean;

  /** @param showsEmpty an empty counted string is told as such (Samba), not as none at all (Windows) */
  constructor({ showsEmpty = false }: { readonly showsEmpty?: boolean } = {}) {
    this.#showsEmpty = showsEmpty;
  }

  u8(value: number): this {
    this.#out.u8(value);
    return this;
  }

  u16(value: number): this {
    this.#out.align(2).u16(value);
    return this;
  }

  u32(value: number): this {
    this.#out.align(4).u32(value);
    return this;
  }

  /** Aligned to eight, as hyper is. */
  u64(value: bigint | number): this {
    this.#out.align(8).u64(value);
    return this;
  }

  /** Two aligned halves: how NT times travel. */
  time(value: bigint): this {
    this.#out.align(4).u64(value);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#out.raw(bytes);
    return this;
  }

  align(to: number): this {
    this.#out.align(to);
    return this;
  }

  /** Null where there is nothing to write. */
  pointer(write: (() => void) | undefined): this {
    if (write === undefined) return this.u32(0);
    this.u32(this.#referent);
    this.#referent += 4;
    this.#deferred.push(write);
    return this;
  }

  /** Writes what pointers were promised. */
  flush(): this {
    const waiting = this.#deferred;
    this.#deferred = [];
    for (const write of waiting) {
      write();
      this.flush();
    }
    return this;
  }

  /** A conformant and varying string with its NUL. */
  string(text: string): this {
    const length = text.length + 1;
    this.u32(length).u32(0).u32(length);
    this.#out.utf16(text).u16(0);
    return this;
  }

  uniqueString(text: string | undefined): this {
    return this.pointer(text === undefined ? undefined : () => this.string(text));
  }

  /** RPC_UNICODE_STRING: lengths in bytes, characters without NUL behind a pointer. */
  unicodeString(text: string, { nul = false }: { readonly nul?: boolean } = {}): this {
    const bytes = text.length * 2;
    this.align(4)
      .u16(bytes)
      .u16(bytes + (nul ? 2 : 0));
    return this.pointer(
      text === '' && !nul && !this.#showsEmpty
        ? undefined
        : () => {
            this.u32(text.length + (nul ? 1 : 0))
              .u32(0)
              .u32(text.length);
            this.#out.utf16(text);
          },
    );
  }

  /** A conformant array: how many, then each. */
  array<T>(items: readonly T[], write: (item: T, index: number) => void): this {
    this.u32(items.length);
    for (const [index, item] of items.entries()) write(item, index);
    return this;
  }

  /** As bytes: revision, count, authority, parts; the count stands before as the array's size. */
  sid(bytes: Buffer): this {
    this.u32(bytes[1]!);
    this.#out.raw(bytes);
    return this;
  }

  done(): Buffer {
    return this.flush().#out.done();
  }
}

export class NdrReader {
  readonly reader: LittleReader;

  constructor(bytes: Uint8Array) {
    this.reader = new LittleReader(bytes);
  }

  get ok(): boolean {
    return this.reader.ok;
  }

  u8(): number {
    return this.reader.u8();
  }

  u16(): number {
    return this.reader.align(2).u16();
  }

  u32(): number {
    return this.reader.align(4).u32();
  }

  u64(): bigint {
    return this.reader.align(8).u64();
  }

  raw(length: number): Buffer {
    return this.reader.raw(length);
  }

  /** A conformant and varying string, without its NUL. */
  string(): string {
    this.u32();
    this.u32();
    const length = this.u32();
    if (length > MAX_STRING) {
      this.reader.ok = false;
      return '';
    }
    return this.reader
      .raw(length * 2)
      .toString('utf16le')
      .replace(/\0+$/, '');
  }

  /** The same in one-byte characters. */
  ansiString(): string {
    this.u32();
    this.u32();
    const length = this.u32();
    if (length > MAX_STRING) {
      this.reader.ok = false;
      return '';
    }
    return this.reader.raw(length).toString('latin1').replace(/\0+$/, '');
  }

  uniqueString(): string | undefined {
    return this.u32() === 0 ? undefined : this.string();
  }

  uniqueAnsiString(): string | undefined {
    return this.u32() === 0 ? undefined : this.ansiString();
  }

  /** The fixed part of RPC_UNICODE_STRING; its characters follow later where the pointer is not null. */
  unicodeHead(): boolean {
    this.reader.align(4);
    this.u16();
    this.u16();
    return this.u32() !== 0;
  }

  handle(): Buffer {
    this.reader.align(4);
    return this.reader.raw(20);
  }

  sid(): string {
    this.u32();
    const [revision, count] = [this.u8(), this.u8()];
    const authority = this.reader.raw(6);
    if (!this.ok || count > 15) {
      this.reader.ok = false;
      return '';
    }
    const parts: number[] = [];
    for (let i = 0; i < count; i++) parts.push(this.reader.u32());
    return `S-${revision}-${authority.readUIntBE(0, 6)}${parts.map((part) => `-${part}`).join('')}`;
  }
}
