/**
 * The terminal as a program sees it while no editor is at work: lines with echo, erase and end-of-file as the kernel's line discipline does them, and
 * standard input without a terminal. Both bounded.
 */
import { BufferedInput, type Waiter } from '../run/streams.ts';

const MAX_QUEUE = 1024 * 1024;

export class SessionInput extends BufferedInput {
  readonly #waiter: () => Waiter;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  /** Those who wait, and for what process: a stopped one waits on while another reads. */
  #waiting: Map<() => void, Waiter> | undefined;
  readonly #onEcho: ((on: boolean) => void) | undefined;

  constructor(waiter: () => Waiter, terminal: boolean, onEcho?: (on: boolean) => void) {
    super();
    this.#waiter = waiter;
    this.isTerminal = terminal;
    this.#onEcho = onEcho;
  }

  override setEcho(on: boolean): void {
    this.#onEcho?.(on);
  }

  /** Called when somebody waits for input and there is none. */
  onStarved: (() => void) | undefined;

  /** Answers false where the queue is full and the bytes were dropped. */
  push(bytes: Uint8Array): boolean {
    if (this.#size + bytes.length > MAX_QUEUE) return false;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#wake();
    return true;
  }

  /** End of input; on a terminal for one read only. */
  finish(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Whether this process waits for keys. */
  isReadBy(waiter: Waiter): boolean {
    return this.#waiting !== undefined && [...this.#waiting.values()].includes(waiter);
  }

  #wake(): void {
    for (const wake of this.#waiting?.keys() ?? []) wake();
  }

  /** What nobody read. */
  drain(): Uint8Array {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    return all;
  }

  protected override async fill(): Promise<Uint8Array | undefined> {
    if (this.#chunks.length === 0) this.onStarved?.();
    while (this.#chunks.length === 0) {
      if (this.#ended) {
        if (this.isTerminal) this.#ended = false;
        return undefined;
      }
      const waiter = this.#waiter();
      let mine: (() => void) | undefined;
      try {
        await waiter.wait<void>((resolve) => {
          mine = resolve;
          this.#waiting ??= new Map();
          this.#waiting.set(resolve, waiter);
        });
      } finally {
        if (mine !== undefined) this.#waiting?.delete(mine);
      }
    }
    const first = this.#chunks.shift()!;
    this.#size -= first.length;
    return first;
  }
}

/** Turns keys into lines for a program that reads the terminal. */
export class CookedLine {
  #bytes: number[] = [];
  echo = true;
  readonly #write: (text: string) => void;
  readonly #input: SessionInput;

  constructor(input: SessionInput, write: (text: string) => void) {
    this.#input = input;
    this.#write = write;
  }

  /** Answers true where the line, or the input, is over. */
  feed(byte: number): boolean {
    const line = this.#bytes;
    if (byte === 13 || byte === 10) {
      line.push(10);
      if (this.echo) this.#write('\r\n');
      this.#flush();
      return true;
    }
    if (byte === 4) {
      if (line.length === 0) this.#input.finish();
      else this.#flush();
      return true;
    }
    if (byte === 127 || byte === 8) {
      if (line.length === 0) return false;
      while (line.length > 0 && (line.pop()! & 0xc0) === 0x80);
      if (this.echo) this.#write('\b \b');
    } else if (byte === 21) {
      if (this.echo) this.#write('\b \b'.repeat(line.length));
      this.#bytes = [];
    } else if (line.length < 4096) {
      line.push(byte);
      if (this.echo)
        this.#write(
          byte < 32 && byte !== 9 ? `^${String.fromCharCode(byte + 64)}` : Buffer.from([byte]).toString('latin1'),
        );
    }
    return false;
  }

  /** What was typed and not finished. */
  take(): Uint8Array {
    const rest = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    return rest;
  }

  #flush(): void {
    this.#input.push(Uint8Array.from(this.#bytes));
    this.#bytes = [];
  }
}
