/**
 * Edits one command line the way bash's readline does on a terminal: bytes in, what to show out. Knows nothing of shells; completion and
 * history are handed to it. What its keys may cost is bounded (`effort.ts`): beyond that the bell rings.
 */
import { Effort } from './effort.ts';
import { LineBuffer } from './line-buffer.ts';

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
/** Beyond a screenful the terminal is asked to shift what stands behind the cursor, or to go there, instead of being sent it again. */
const MAX_REPAINT = 2000;
const MAX_SEARCH = 256;
/** Characters of history that are searched as cheaply as one is shown. */
const SEARCHED_AT_ONCE = 16;
/** What completing a word costs beside the line's length: folders are looked through for it. */
const COMPLETION_EFFORT = 2000;
/** Characters of a found line that are shown. */
const MAX_SHOWN = 400;
const MAX_COMPLETIONS = 100;
const BELL = '\x07';

export class LineEditor {
  readonly #host: EditorHost;
  readonly #bracketed: boolean;
  #prompt = '';
  readonly #newLine: () => LineBuffer;
  #line: LineBuffer;
  readonly #effort = new Effort();
  #escape = '';
  #killed = '';
  #historyAt = -1;
  #kept = '';
  #pasting = false;
  #search: string | undefined;
  /** What a search shows: written anew with each key, so of a line of kilobytes no more than its first rows. */
  #found = '';
  #tabs = 0;
  /** Of this line. */
  #completions = 0;
  #quote = false;

  constructor(host: EditorHost, bracketed: boolean, newLine = (): LineBuffer => new LineBuffer()) {
    this.#newLine = newLine;
    this.#line = newLine();
    this.#host = host;
    this.#bracketed = bracketed;
  }

  /** Shows the prompt for a new line. */
  begin(prompt: string): void {
    this.#completions = 0;
    this.#prompt = prompt;
    this.#line = this.#newLine();
    this.#historyAt = -1;
    this.#search = undefined;
    this.#tabs = 0;
    this.#host.write((this.#bracketed ? '\x1b[?2004h' : '') + prompt);
  }

  /** Takes one character; answers an event when the line is done. */
  feed(char: string): EditorEvent | undefined {
    this.#effort.earn();
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
        const line = this.#line.slice(0);
        this.#host.write(`\r\n${this.#bracketed ? '\x1b[?2004l\r' : ''}`);
        return { kind: 'line', line };
      }
      case '\x03':
        this.#host.write(`^C\r\n${this.#bracketed ? '\x1b[?2004l\r' : ''}`);
        return { kind: 'interrupt' };
      case '\x04':
        if (this.#line.length === 0) {
          this.#host.write(this.#bracketed ? '\x1b[?2004l\r\r\n' : '\r\n');
          return { kind: 'end' };
        }
        this.#remove(this.#line.cursor, this.#line.cursor + 1);
        return undefined;
      case '\x7f':
      case '\b':
        if (this.#line.cursor === 0) this.#host.write(BELL);
        else this.#remove(this.#line.cursor - 1, this.#line.cursor);
        return undefined;
      case '\x01':
        this.#move(0);
        return undefined;
      case '\x05':
        this.#move(this.#line.length);
        return undefined;
      case '\x02':
        this.#move(this.#line.cursor - 1);
        return undefined;
      case '\x06':
        this.#move(this.#line.cursor + 1);
        return undefined;
      case '\x15':
        this.#kill(0, this.#line.cursor);
        return undefined;
      case '\x0b':
        this.#kill(this.#line.cursor, this.#line.length);
        return undefined;
      case '\x17':
        this.#kill(this.#wordStart(/\s/), this.#line.cursor);
        return undefined;
      case '\x19':
        this.#insert(this.#killed);
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
        this.#found = this.#line.slice(0, Math.min(MAX_SHOWN, this.#line.length));
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
        this.#move(this.#line.cursor + 1);
        break;
      case '\x1b[D':
        this.#move(this.#line.cursor - 1);
        break;
      case '\x1b[H':
      case '\x1b[1~':
      case '\x1b[7~':
        this.#move(0);
        break;
      case '\x1b[F':
      case '\x1b[4~':
      case '\x1b[8~':
        this.#move(this.#line.length);
        break;
      case '\x1b[3~':
        this.#remove(this.#line.cursor, this.#line.cursor + 1);
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
      case '\x1b[1;5C':
        this.#move(this.#wordEnd());
        break;
      case '\x1b\x7f':
        this.#kill(this.#wordStart(/\W/), this.#line.cursor);
        break;
    }
  }

  #insert(text: string): void {
    const line = this.#line;
    if (line.length + text.length > MAX_CHARS) {
      this.#host.write(BELL);
      return;
    }
    if (!this.#affords(text.length + line.carry(line.cursor))) return;
    const chars = Array.from(text);
    line.insert(chars);
    const shown = chars.map(shownAs).join('');
    const behind = line.length - line.cursor;
    if (!this.#repaints(behind)) this.#host.write(`\x1b[${chars.length}@${shown}`);
    else this.#host.write(shown + line.slice(line.cursor) + '\b'.repeat(behind));
  }

  #remove(from: number, to: number): void {
    const line = this.#line;
    const end = Math.min(to, line.length);
    if (end <= from || !this.#affords(line.carry(from))) return;
    const back = this.#back(line.cursor - from);
    line.remove(from, end);
    const behind = line.length - from;
    if (!this.#repaints(behind)) this.#host.write(`${back}\x1b[${end - from}P`);
    else this.#host.write(`${back}${line.slice(from)}\x1b[K${'\b'.repeat(behind)}`);
  }

  #kill(from: number, to: number): void {
    if (from === to || !this.#affords(to - from)) return;
    this.#killed = this.#line.slice(from, to);
    this.#remove(from, to);
  }

  #move(to: number): void {
    const line = this.#line;
    const at = Math.max(0, Math.min(line.length, to));
    const ahead = at - line.cursor;
    if (ahead < 0) this.#host.write(this.#back(-ahead));
    else if (ahead > 0) this.#host.write(this.#repaints(ahead) ? line.slice(line.cursor, at) : `\x1b[${ahead}C`);
    line.moveTo(at);
  }

  #back(characters: number): string {
    return this.#repaints(characters) ? '\b'.repeat(characters) : `\x1b[${characters}D`;
  }

  /** Whether so much is painted anew. */
  #repaints(characters: number): boolean {
    return characters <= MAX_REPAINT && this.#effort.spend(characters);
  }

  /** Rings the bell where the keys so far do not allow this. */
  #affords(characters: number): boolean {
    if (this.#effort.spend(characters)) return true;
    this.#host.write(BELL);
    return false;
  }

  /** Where the word before the cursor begins. */
  #wordStart(separator: RegExp): number {
    const line = this.#line;
    let at = line.cursor;
    while (at > 0 && separator.test(line.at(at - 1)) && this.#effort.spend(1)) at--;
    while (at > 0 && !separator.test(line.at(at - 1)) && this.#effort.spend(1)) at--;
    return at;
  }

  #wordEnd(): number {
    const line = this.#line;
    let at = line.cursor;
    while (at < line.length && /\W/.test(line.at(at)) && this.#effort.spend(1)) at++;
    while (at < line.length && !/\W/.test(line.at(at)) && this.#effort.spend(1)) at++;
    return at;
  }

  #replace(text: string): void {
    this.#host.write(this.#back(this.#line.cursor));
    this.#line.replace(Array.from(text));
    this.#host.write(`${text}\x1b[K`);
  }

  #recall(step: number): void {
    const history = this.#host.history();
    const next = this.#historyAt + step;
    if (next < -1 || next >= history.length) {
      this.#host.write(BELL);
      return;
    }
    if (!this.#affords(this.#line.length)) return;
    if (this.#historyAt === -1) this.#kept = this.#line.slice(0);
    const text = next === -1 ? this.#kept : history[history.length - 1 - next]!;
    if (!this.#affords(text.length)) return;
    this.#historyAt = next;
    this.#replace(text);
  }

  #redraw(): void {
    if (!this.#affords(this.#line.length)) return;
    this.#host.write(this.#prompt + this.#line.slice(0) + '\b'.repeat(this.#line.length - this.#line.cursor));
  }

  /** Answers true where the search goes on. */
  #takeSearch(char: string): boolean {
    if (char >= ' ' && char !== '\x7f') {
      if (this.#search!.length < MAX_SEARCH) this.#search += char;
    } else if (char === '\x7f' || char === '\b') this.#search = this.#search!.slice(0, -1);
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
    const query = this.#search!;
    const found = query === '' ? undefined : this.#find(query);
    if (found !== undefined) {
      this.#line.replace(Array.from(found));
      this.#found = found;
    }
    this.#host.write(`\r(reverse-i-search)\`${query}': ${this.#found.slice(0, MAX_SHOWN)}\x1b[K`);
  }

  /** The last line of the history that has this in it, as far back as the keys so far allow to look. */
  #find(query: string): string | undefined {
    const history = this.#host.history();
    for (let at = history.length - 1; at >= 0; at--) {
      const line = history[at]!;
      if (!this.#effort.spend(1 + line.length / SEARCHED_AT_ONCE)) return undefined;
      if (line.includes(query)) return this.#effort.spend(line.length) ? line : undefined;
    }
    return undefined;
  }

  #complete(): void {
    // Each looks through folders and may show hundreds of names: a line of tabs shall not cost more than one.
    if (++this.#completions > MAX_COMPLETIONS) {
      this.#host.write(BELL);
      return;
    }
    if (!this.#affords(COMPLETION_EFFORT + this.#line.cursor)) return;
    const { word, candidates } = this.#host.complete(this.#line.slice(0, this.#line.cursor));
    if (candidates.length === 0) {
      this.#host.write(BELL);
      return;
    }
    let common = candidates[0]!;
    for (const item of candidates) while (!item.startsWith(common)) common = common.slice(0, -1);
    const more = common.slice(word.length);
    this.#insert(more);
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

function shownAs(char: string): string {
  if (char === '\n') return '\r\n';
  return char < ' ' ? `^${String.fromCharCode(char.charCodeAt(0) + 64)}` : char;
}
