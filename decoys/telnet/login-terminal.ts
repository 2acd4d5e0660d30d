/**
 * The terminal before a login, as the kernel's line discipline keeps it: lines with echo, erase, kill and word erase, and what is typed ahead until the
 * next question throws it away.
 */

const MAX_LINE = 4095;
const ERASE = 0x7f;
const [INTR, EOF, BACKSPACE, NEWLINE, RETURN, REPRINT, KILL, LITERAL, WORD, SUSPEND, QUIT] = [
  0x03, 0x04, 0x08, 0x0a, 0x0d, 0x12, 0x15, 0x16, 0x17, 0x1a, 0x1c,
];

export interface TerminalHost {
  /** On the wire, newlines made. */
  show(text: string): void;
  /** A whole line, as bytes in latin1. */
  line(text: string): void;
  /** End of file on an empty line. */
  end(): void;
  /** End of file after some letters ends the line; the program waits for more of it otherwise. */
  readonly takesPart: boolean;
}

export class LoginTerminal {
  echo = true;
  readonly #host: TerminalHost;
  #line: number[] = [];
  #literal = false;
  /** Of the piece at hand. */
  #shown = '';
  /** Lines are taken only while a question is open; others are thrown away by the next. */
  #open = false;
  #answer: (() => void) | undefined;

  constructor(host: TerminalHost) {
    this.#host = host;
  }

  /** Puts a question: what was typed before is gone. */
  ask(prompt: string, echo: boolean): void {
    this.#line = [];
    this.echo = echo;
    this.#open = true;
    this.#host.show(prompt);
  }

  /** All of a piece is echoed before the program behind sees the line. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#key(byte);
    const shownText = this.#shown;
    this.#shown = '';
    if (shownText !== '') this.#host.show(shownText);
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.();
  }

  #key(byte: number): void {
    if (this.#literal) {
      this.#literal = false;
      return this.#put(byte);
    }
    switch (byte) {
      case RETURN:
      case NEWLINE:
        if (this.echo) this.#show('\r\n');
        return this.#finish((text) => this.#host.line(text));
      case EOF:
        if (this.#line.length > 0 && !this.#host.takesPart) return;
        return this.#finish((text) => {
          if (text === '') return this.#host.end();
          if (this.echo) this.#host.show('\r\n');
          this.#host.line(text);
        });
      case ERASE:
        return this.#erase(1);
      case KILL:
        return this.#erase(this.#line.length);
      case WORD:
        return this.#erase(this.#wordLength());
      case LITERAL:
        this.#literal = true;
        if (this.echo) this.#show('^\b');
        return;
      case REPRINT:
        if (this.echo) this.#show(`^R\r\n${Buffer.from(this.#line).toString('latin1')}`);
        return;
      case INTR:
      case QUIT:
      case SUSPEND:
        // What was to be shown before is thrown away with the line.
        this.#line = [];
        this.#shown = '';
        if (this.echo) this.#show(`^${String.fromCharCode(byte + 64)}`);
        return;
      case BACKSPACE:
      default:
        this.#put(byte);
    }
  }

  #show(text: string): void {
    this.#shown += text;
  }

  #put(byte: number): void {
    if (this.#line.length >= MAX_LINE) return;
    this.#line.push(byte);
    if (this.echo) this.#show(shown(byte));
  }

  #finish(then: (text: string) => void): void {
    const text = Buffer.from(this.#line).toString('latin1');
    this.#line = [];
    if (!this.#open) return;
    this.#open = false;
    this.#answer = () => then(text);
  }

  #erase(count: number): void {
    for (let i = 0; i < count; i++) {
      const byte = this.#line.pop();
      if (byte === undefined) return;
      if (this.echo) this.#show('\b \b'.repeat(shown(byte).length));
    }
  }

  #wordLength(): number {
    let at = this.#line.length;
    while (at > 0 && !isWordByte(this.#line[at - 1]!)) at--;
    while (at > 0 && isWordByte(this.#line[at - 1]!)) at--;
    return this.#line.length - at;
  }
}

/** Control characters in the caret notation (ECHOCTL), tabs as they are. */
function shown(byte: number): string {
  if (byte < 32 && byte !== 9) return `^${String.fromCharCode(byte + 64)}`;
  return byte === ERASE ? '^?' : String.fromCharCode(byte);
}

function isWordByte(byte: number): boolean {
  return byte === 95 || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}
