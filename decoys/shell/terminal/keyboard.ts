/**
 * Where the keys of a terminal go: to the line editor while the shell reads, to the foreground's programs as the kernel's line discipline would hand them
 * over while they run, and into a bounded buffer in between.
 */
import { CookedLine, type SessionInput } from './cooked-input.ts';
import { type EditorEvent, type EditorHost, LineEditor } from './line-editor.ts';

const MAX_TYPE_AHEAD = 64 * 1024;
const PIECE_BYTES = 256;
const NO_KEYS = new Uint8Array(0);

export interface KeyboardHost {
  /** Shows on the terminal. */
  show(text: string): void;
  history(): readonly string[];
  complete(line: string): ReturnType<EditorHost['complete']>;
  /** ^C, ^\\ and ^Z to what runs. */
  interrupt(signal: 'INT' | 'QUIT' | 'TSTP'): void;
  /** Too much was typed ahead. */
  overflow(): void;
}

export class Keyboard implements EditorHost {
  readonly #host: KeyboardHost;
  readonly #input: SessionInput;
  #cooked: CookedLine | undefined;
  #editor: LineEditor | undefined;
  /** Keys that came while no editor was reading. */
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #atPrompt: ((event: EditorEvent) => void) | undefined;
  #partial: Uint8Array = NO_KEYS;
  #afterReturn = false;

  constructor(host: KeyboardHost, input: SessionInput) {
    this.#host = host;
    this.#input = input;
  }

  // What the editor asks.

  write(text: string): void {
    this.#host.show(text);
  }

  history(): readonly string[] {
    return this.#host.history();
  }

  complete(line: string): ReturnType<EditorHost['complete']> {
    return this.#host.complete(line);
  }

  /** Hands the terminal to the editor until a line is done; `edits`: with arrow keys, history and completion. */
  read(prompt: string, edits: boolean, done: (event: EditorEvent) => void): void {
    this.#editor ??= new LineEditor(this, edits);
    this.#takeUnread();
    this.#atPrompt = done;
    this.#editor.begin(prompt);
    while (this.#atPrompt !== undefined && this.#ahead.length > 0) this.#edit(this.#takeAhead());
  }

  feed(chunk: Uint8Array): void {
    // A copy where some of it may wait: the packet's memory is not ours to hold.
    if (this.#atPrompt !== undefined) this.#edit(chunk.length > 1 ? chunk.slice() : chunk);
    else this.#cook(chunk);
  }

  /** The terminal was closed. */
  hangUp(): void {
    this.#answer({ kind: 'end' });
  }

  echo(on: boolean): void {
    if (this.#cooked !== undefined) this.#cooked.echo = on;
  }

  close(): void {
    this.#atPrompt = undefined;
    this.#editor = undefined;
    this.#ahead = [];
  }

  /** A piece at a time: what stands behind a line is not read before that line has been run. */
  #edit(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const line = this.#editPiece(chunk.subarray(at, at + PIECE_BYTES));
      if (line === undefined) continue;
      this.#putBack([line.rest, chunk.subarray(at + PIECE_BYTES)]);
      if (this.#aheadBytes > MAX_TYPE_AHEAD) {
        this.#forgetAhead();
        this.#host.overflow();
      }
      this.#answer(line.event);
      return;
    }
  }

  /** The event of a line that is done, with what follows it. */
  #editPiece(piece: Uint8Array): { readonly event: EditorEvent; readonly rest: Uint8Array } | undefined {
    const bytes = this.#partial.length === 0 ? piece : Buffer.concat([this.#partial, piece]);
    const complete = bytes.length - incompleteTail(bytes);
    // A copy: even a view of nothing would hold the memory of the whole packet.
    this.#partial = complete === bytes.length ? NO_KEYS : new Uint8Array(bytes.subarray(complete));
    const chars = new TextDecoder().decode(bytes.subarray(0, complete));
    let used = 0;
    for (const char of chars) {
      used += char.length;
      const afterReturn = this.#afterReturn;
      this.#afterReturn = char === '\r';
      if (char === '\n' && afterReturn) continue;
      const event = this.#editor?.feed(char);
      if (event === undefined) continue;
      this.#afterReturn = false;
      return { event, rest: new TextEncoder().encode(chars.slice(used)) };
    }
    return undefined;
  }

  #answer(event: EditorEvent): void {
    const done = this.#atPrompt;
    this.#atPrompt = undefined;
    done?.(event);
  }

  /** Before what else was typed ahead. */
  #putBack(parts: readonly Uint8Array[]): void {
    const kept = parts.filter((part) => part.length > 0);
    for (const part of kept) this.#aheadBytes += part.length;
    this.#ahead.unshift(...kept);
  }

  #takeAhead(): Uint8Array {
    const next = this.#ahead.shift()!;
    this.#aheadBytes -= next.length;
    return next;
  }

  #forgetAhead(): void {
    this.#ahead = [];
    this.#aheadBytes = 0;
  }

  /** Keys while a command runs: signals at once, the rest as the kernel would keep it for whoever reads. */
  #cook(chunk: Uint8Array): void {
    this.#cooked ??= new CookedLine(this.#input, (text) => this.#host.show(text));
    for (const byte of chunk) {
      if (byte === 3 || byte === 28 || byte === 26) {
        this.#host.show(byte === 3 ? '^C' : byte === 28 ? '^\\' : '^Z');
        this.#input.drain();
        this.#cooked.take();
        this.#host.interrupt(byte === 3 ? 'INT' : byte === 28 ? 'QUIT' : 'TSTP');
      } else this.#cooked.feed(byte);
    }
  }

  /** A command reads what was typed ahead; it was shown already or never will be. */
  starved(): void {
    if (this.#ahead.length === 0) return;
    this.#cooked ??= new CookedLine(this.#input, (text) => this.#host.show(text));
    const { echo } = this.#cooked;
    this.#cooked.echo = false;
    this.#cookAhead(this.#cooked);
    this.#cooked.echo = echo;
  }

  /** As far as the end of a line: who reads on asks again. */
  #cookAhead(cooked: CookedLine): void {
    while (this.#ahead.length > 0) {
      const part = this.#takeAhead();
      for (const [at, byte] of part.entries()) {
        if (!cooked.feed(byte)) continue;
        this.#putBack([part.subarray(at + 1)]);
        return;
      }
    }
  }

  /** What no command read goes to the editor, as from the kernel's buffer. */
  #takeUnread(): void {
    const rest = [this.#input.drain(), this.#cooked?.take() ?? NO_KEYS];
    if (this.#cooked !== undefined) this.#cooked.echo = true;
    this.#putBack(rest);
  }
}

/** Bytes at the end that begin a character whose rest has not come. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return wanted > back ? back : 0;
  }
  return 0;
}
