/**
 * Where the keys of a terminal go: to the line editor while the shell reads, to the foreground's programs as the kernel's line discipline would hand them
 * over while they run, and into a bounded buffer in between.
 */
import { CookedLine, type SessionInput } from './cooked-input.ts';
import { type EditorEvent, type EditorHost, LineEditor } from './line-editor.ts';

const MAX_TYPE_AHEAD = 64 * 1024;
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
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#aheadBytes = 0;
    for (const chunk of ahead) this.feed(chunk);
  }

  feed(chunk: Uint8Array): void {
    if (this.#atPrompt !== undefined) this.#edit(chunk);
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

  #edit(chunk: Uint8Array): void {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    const complete = bytes.length - incompleteTail(bytes);
    // A copy: even a view of nothing would hold the memory of the whole packet.
    this.#partial = complete === bytes.length ? NO_KEYS : new Uint8Array(bytes.subarray(complete));
    const chars = new TextDecoder().decode(bytes.subarray(0, complete));
    let used = 0;
    for (const char of chars) {
      used += char.length;
      if (char === '\n' && chars[used - 2] === '\r') continue;
      const event = this.#editor?.feed(char);
      if (event === undefined) continue;
      const rest = chars.slice(used);
      if (rest !== '') this.#queue(new TextEncoder().encode(rest));
      this.#answer(event);
      return;
    }
  }

  #answer(event: EditorEvent): void {
    const done = this.#atPrompt;
    this.#atPrompt = undefined;
    done?.(event);
  }

  #queue(bytes: Uint8Array): void {
    if (this.#aheadBytes + bytes.length > MAX_TYPE_AHEAD) {
      this.#host.overflow();
      return;
    }
    this.#aheadBytes += bytes.length;
    this.#ahead.push(bytes.slice());
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
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#aheadBytes = 0;
    for (const part of ahead) for (const byte of part) this.#cooked.feed(byte);
    this.#cooked.echo = echo;
  }

  /** What no command read goes to the editor, as from the kernel's buffer. */
  #takeUnread(): void {
    const rest = [this.#input.drain(), this.#cooked?.take() ?? new Uint8Array(0)];
    if (this.#cooked !== undefined) this.#cooked.echo = true;
    for (const part of rest.reverse()) {
      if (part.length === 0) continue;
      this.#ahead.unshift(part);
      this.#aheadBytes += part.length;
    }
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
