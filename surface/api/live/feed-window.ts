/** The latest messages of a kept room, numbered, within bounds of count and bytes. */
export interface WindowLimits {
  readonly messages: number;
  /** Of the messages as JSON. */
  readonly bytes: number;
}

export class FeedWindow<M> {
  readonly #limits: WindowLimits;
  readonly #kept = new Map<number, { readonly message: M; readonly bytes: number }>();
  #bytes = 0;
  #last = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  /** The offset of the latest message, kept or not; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Keeps it, and answers its offset. The latest is kept however large it is. */
  push(message: M): number {
    const bytes = Buffer.byteLength(JSON.stringify(message));
    this.#kept.set(++this.#last, { message, bytes });
    this.#bytes += bytes;
    const { messages, bytes: most } = this.#limits;
    for (const [offset, oldest] of this.#kept) {
      if (this.#kept.size <= 1 || (this.#kept.size <= messages && this.#bytes <= most)) break;
      this.#kept.delete(offset);
      this.#bytes -= oldest.bytes;
    }
    return this.#last;
  }

  /** A message that nobody will ask for: it takes an offset, and whoever was away before it cannot resume. */
  skip(): void {
    this.#last++;
    this.#kept.clear();
    this.#bytes = 0;
  }

  at(offset: number): M | undefined {
    return this.#kept.get(offset)?.message;
  }

  /** Whether all that came after this offset is kept. */
  holdsAfter(offset: number): boolean {
    return offset === this.#last || (offset < this.#last && this.#kept.has(offset + 1));
  }
}
