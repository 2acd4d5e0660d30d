/**
 * Edits one command line the way bash's readline does on a terminal: bytes in, what to show out. Knows nothing of shells; completion and
 * history are handed to it.
 */
export interface EditorHost {
  write(text: string): void;
  history(): readonly string[];
  /** What could stand in place of the word before the cursor. */
  complete(line: string): { readonly word: string; readonly candidates: readonly string[] };
}

export type EditorEvent =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' };

const MAX_CHARS = 64 * 1024;
const BELL = '\x07';

export class LineEditor {
  readonly #host: EditorHost;
  readonly #bracketed: boolean;
  #prompt = '';
  #chars: string[] = [];
  #cursor = 0;
  #escape = '';
  #killed = '';
  #historyAt = -1;
  #kept = '';
  #pasting = false;
  #search: string | undefined;
  #tabs = 0;
  #quote = false;

  constructor(host: EditorHost, bracketed: boolean) {
    this.#host = host;
    this.#bracketed = bracketed;
  }

  /** Shows the prompt for a new line. */
  begin(prompt: string): void {
    this.#prompt = prompt;
    this.#chars = [];
    this.#cursor = 0;
    this.#historyAt = -1;
    this.#search = undefined;
    this.#tabs = 0;
    this.#host.write((this.#bracketed ? '\x1b[?2004h' : '') + prompt);
  }

  /** Takes one character; answers an event when the line is done. */
  feed(char: string): EditorEvent | undefined {
    if (this.#escape !== '') {
      this.#takeEscape(char);
      return undefined;
    }
    if (this.#pasting && char !== '\x1b') {
      if (char === '\r') this.#insert('\n');
      else this.#insert(char);
      return undefined;
    }
    if (this.#quote) {
      this.#quote = false;
      this.#insert(char);
      return undefined;
    }
    if (char !== '\t') this.#tabs = 0;
    if (this.#search !== undefined && this.#takeSearch(char)) return undefined;
    switch (char) {
      case '\r':
      case '\n': {
        const line = this.#chars.join('');
        this.#host.write(`\r\n${this.#bracketed ? '\x1b[?2004l\r' : ''}`);
        return { kind: 'line', line };
      }
      case '\x03':
        this.#host.write(`^C\r\n${this.#bracketed ? '\x1b[?2004l\r' : ''}`);
        return { kind: 'interrupt' };
      case '\x04':
        if (this.#chars.length === 0) {
          this.#host.write(this.#bracketed ? '\x1b[?2004l\r\r\n' : '\r\n');
          return { kind: 'end' };
        }
        this.#remove(this.#cursor, this.#cursor + 1);
        return undefined;
      case '\x7f':
      case '\b':
        if (this.#cursor === 0) this.#host.write(BELL);
        else this.#remove(this.#cursor - 1, this.#cursor);
        return undefined;
      case '\x01':
        this.#move(0);
        return undefined;
      case '\x05':
        this.#move(this.#chars.length);
        return undefined;
      case '\x02':
        this.#move(this.#cursor - 1);
        return undefined;
      case '\x06':
        this.#move(this.#cursor + 1);
        return undefined;
      case '\x15':
        this.#kill(0, this.#cursor);
        return undefined;
      case '\x0b':
        this.#kill(this.#cursor, this.#chars.length);
        return undefined;
      case '\x17':
        this.#kill(this.#wordStart(/\s/), this.#cursor);
        return undefined;
      case '\x19':
        for (const item of this.#killed) this.#insert(item);
        return undefined;
      case '\x0c':
        this.#host.write('\x1b[H\x1b[2J');
        this.#redraw();
        return undefined;
      case '\x10':
        this.#recall(1);
        return undefined;
      case '\x0e':
        this.#recall(-1);
        return undefined;
      case '\x12':
        this.#search = '';
        this.#showSearch();
        return undefined;
      case '\x16':
        this.#quote = true;
        return undefined;
      case '\t':
        this.#complete();
        return undefined;
      case '\x1b':
        this.#escape = char;
        return undefined;
      default:
        if (char >= ' ') this.#insert(char);
        return undefined;
    }
  }

  #takeEscape(char: string): void {
    this.#escape += char;
    const sequence = this.#escape;
    if (sequence.length > 16) {
      this.#escape = '';
      return;
    }
    if (/^\x1b[[O][0-9;]*$/.test(sequence)) return;
    this.#escape = '';
    switch (sequence.replace(/^\x1bO/, '\x1b[')) {
      case '\x1b[A':
        this.#recall(1);
        break;
      case '\x1b[B':
        this.#recall(-1);
        break;
      case '\x1b[C':
        this.#move(this.#cursor + 1);
        break;
      case '\x1b[D':
        this.#move(this.#cursor - 1);
        break;
      case '\x1b[H':
      case '\x1b[1~':
      case '\x1b[7~':
        this.#move(0);
        break;
      case '\x1b[F':
      case '\x1b[4~':
      case '\x1b[8~':
        this.#move(this.#chars.length);
        break;
      case '\x1b[3~':
        this.#remove(this.#cursor, this.#cursor + 1);
        break;
      case '\x1b[200~':
        this.#pasting = true;
        break;
      case '\x1b[201~':
        this.#pasting = false;
        break;
      case '\x1bb':
      case '\x1b[1;5D':
        this.#move(this.#wordStart(/\W/));
        break;
      case '\x1bf':
      case '\x1b[1;5C': {
        let at = this.#cursor;
        while (at < this.#chars.length && /\W/.test(this.#chars[at]!)) at++;
        while (at < this.#chars.length && !/\W/.test(this.#chars[at]!)) at++;
        this.#move(at);
        break;
      }
      case '\x1b\x7f':
        this.#kill(this.#wordStart(/\W/), this.#cursor);
        break;
    }
  }

  #insert(char: string): void {
    if (this.#chars.length >= MAX_CHARS) {
      this.#host.write(BELL);
      return;
    }
    this.#chars.splice(this.#cursor, 0, char);
    this.#cursor++;
    const tail = this.#chars.slice(this.#cursor).join('');
    this.#host.write(
      (char === '\n' ? '\r\n' : char < ' ' ? `^${String.fromCharCode(char.charCodeAt(0) + 64)}` : char) +
        tail +
        '\b'.repeat(this.#chars.length - this.#cursor),
    );
  }

  #remove(from: number, to: number): void {
    const end = Math.min(to, this.#chars.length);
    if (end <= from) return;
    const back = this.#cursor - from;
    this.#chars.splice(from, end - from);
    this.#cursor = from;
    const tail = this.#chars.slice(from).join('');
    this.#host.write(`${'\b'.repeat(back)}${tail}\x1b[K${'\b'.repeat(tail.length)}`);
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    this.#killed = this.#chars.slice(from, to).join('');
    this.#remove(from, to);
  }

  #move(to: number): void {
    const at = Math.max(0, Math.min(this.#chars.length, to));
    if (at < this.#cursor) this.#host.write('\b'.repeat(this.#cursor - at));
    else this.#host.write(this.#chars.slice(this.#cursor, at).join(''));
    this.#cursor = at;
  }

  #wordStart(separator: RegExp): number {
    let at = this.#cursor;
    while (at > 0 && separator.test(this.#chars[at - 1]!)) at--;
    while (at > 0 && !separator.test(this.#chars[at - 1]!)) at--;
    return at;
  }

  #replace(text: string): void {
    this.#host.write('\b'.repeat(this.#cursor));
    this.#chars = Array.from(text);
    this.#cursor = this.#chars.length;
    this.#host.write(`${text}\x1b[K`);
  }

  #recall(step: number): void {
    const history = this.#host.history();
    const next = this.#historyAt + step;
    if (next < -1 || next >= history.length) {
      this.#host.write(BELL);
      return;
    }
    if (this.#historyAt === -1) this.#kept = this.#chars.join('');
    this.#historyAt = next;
    this.#replace(next === -1 ? this.#kept : history[history.length - 1 - next]!);
  }

  #redraw(): void {
    this.#host.write(this.#prompt + this.#chars.join('') + '\b'.repeat(this.#chars.length - this.#cursor));
  }

  /** Answers true where the search goes on. */
  #takeSearch(char: string): boolean {
    if (char >= ' ' && char !== '\x7f') this.#search += char;
    else if (char === '\x7f' || char === '\b') this.#search = this.#search!.slice(0, -1);
    else if (char !== '\x12') {
      this.#search = undefined;
      this.#host.write('\r\x1b[K');
      this.#redraw();
      return char === '\x07';
    }
    this.#showSearch();
    return true;
  }

  #showSearch(): void {
    const query = this.#search!.slice(0, 256);
    const found = query === '' ? undefined : this.#host.history().findLast((line) => line.includes(query));
    if (found !== undefined) {
      this.#chars = Array.from(found);
      this.#cursor = this.#chars.length;
    }
    this.#host.write(`\r(reverse-i-search)\`${query}': ${this.#chars.join('')}\x1b[K`);
  }

  #complete(): void {
    const { word, candidates } = this.#host.complete(this.#chars.slice(0, this.#cursor).join(''));
    if (candidates.length === 0) {
      this.#host.write(BELL);
      return;
    }
    let common = candidates[0]!;
    for (const item of candidates) while (!item.startsWith(common)) common = common.slice(0, -1);
    const more = common.slice(word.length);
    for (const char of more) this.#insert(char);
    if (candidates.length === 1) {
      if (!common.endsWith('/')) this.#insert(' ');
      return;
    }
    if (more !== '') return;
    if (++this.#tabs < 2) {
      this.#host.write(BELL);
      return;
    }
    const names = candidates.slice(0, 100).map((item) => item.replace(/^.*\/(?=.)/, ''));
    const width = Math.max(...names.map((item) => item.length)) + 2;
    const columns = Math.max(1, Math.floor(80 / width));
    let text = '\r\n';
    for (let i = 0; i < names.length; i += columns)
      text += `${names
        .slice(i, i + columns)
        .map((item) => item.padEnd(width))
        .join('')
        .trimEnd()}\r\n`;
    this.#host.write(text);
    this.#redraw();
  }
}
