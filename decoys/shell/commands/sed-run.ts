/** Runs the commands of a sed script over lines, counted against the session's bounds. */
import type { CommandContext } from '../command.types.ts';
import type { LinearRegex } from './linear-regex.ts';
import { SedError } from './sed-script.ts';
import type { SedAddress, SedCommand, Substitution } from './sed-script.ts';
import { bytesToBinary, readFile } from './text.ts';

const MAX_SPACE = 1024 * 1024;

export interface Line {
  readonly text: string;
  readonly newline: boolean;
  readonly last: boolean;
}

export class SedRun {
  status = 0;
  readonly #ctx: CommandContext;
  readonly #commands: readonly SedCommand[];
  readonly #quiet: boolean;
  readonly #write: (text: string) => void;
  readonly #active = new Map<number, number>();
  #hold = '';
  #space = '';
  #number = 0;
  #queue: Line[] = [];
  #newline = true;
  #appended: string[] = [];
  #lastRegex: LinearRegex | undefined;
  #files = new Set<string>();

  constructor(ctx: CommandContext, commands: readonly SedCommand[], quiet: boolean, write: (text: string) => void) {
    this.#ctx = ctx;
    this.#commands = commands;
    this.#quiet = quiet;
    this.#write = write;
  }

  /** Runs over these lines; false when the script quit. */
  run(lines: Line[], restart: boolean): boolean {
    this.#queue = lines;
    if (restart) this.#number = 0;
    while (this.#next()) {
      const how = this.#cycle();
      if (how !== 'silent' && !this.#quiet) this.#emit(this.#space);
      this.#flushAppended();
      if (how === 'quit' || (how === 'silent' && this.status === -1)) return false;
    }
    return true;
  }

  #last = false;

  #next(): boolean {
    const line = this.#queue.shift();
    if (line === undefined) return false;
    this.#ctx.step();
    this.#number += 1;
    this.#space = line.text;
    this.#newline = line.newline;
    this.#last = line.last;
    return true;
  }

  #emit(text: string): void {
    this.#write(this.#newline ? `${text}\n` : text);
  }

  #flushAppended(): void {
    for (const text of this.#appended) this.#write(text);
    this.#appended = [];
  }

  #matches(address: SedAddress): boolean {
    if (address.kind === 'line') return this.#number === address.line;
    if (address.kind === 'step')
      return address.step === 0
        ? this.#number === address.first
        : this.#number >= address.first && (this.#number - address.first) % address.step === 0;
    if (address.kind === 'last') return this.#last;
    if (address.kind === 'regex') return this.#test(address.regex);
    return false;
  }

  #test(regex: LinearRegex | undefined): boolean {
    const used = regex ?? this.#lastRegex;
    if (used === undefined) throw new SedError('-e expression #1, char 0: no previous regular expression');
    this.#lastRegex = used;
    return used.test(this.#space);
  }

  #selected(command: SedCommand, index: number): boolean {
    const { from, to } = command;
    if (from === undefined) return true;
    if (to === undefined) return this.#matches(from);
    const until = this.#active.get(index);
    if (until !== undefined) {
      const ends = until === -1 ? this.#matches(to) : this.#number >= until;
      if (ends) this.#active.delete(index);
      return until === -1 || this.#number <= until;
    }
    if (from.kind === 'zero' ? this.#number !== 1 : !this.#matches(from)) return false;
    if (from.kind === 'zero' && this.#matches(to)) return true;
    const end =
      to.kind === 'line'
        ? to.line
        : to.kind === 'plus'
          ? this.#number + to.count
          : to.kind === 'multiple'
            ? Math.ceil(this.#number / Math.max(1, to.count)) * Math.max(1, to.count)
            : -1;
    if (end === -1 ? !(to.kind === 'last' && this.#last) : end > this.#number) this.#active.set(index, end);
    return true;
  }

  #cycle(): 'print' | 'silent' | 'quit' {
    let replaced = false;
    for (let index = 0; index < this.#commands.length; index += 1) {
      this.#ctx.step();
      const command = this.#commands[index]!;
      if (this.#selected(command, index) === command.negated) {
        if (command.name === '{') index = command.jump - 1;
        continue;
      }
      if (this.#space.length > MAX_SPACE || this.#hold.length > MAX_SPACE) throw new SedError('memory exhausted');
      switch (command.name) {
        case 's':
          if (this.#substitute(command.substitution!)) replaced = true;
          break;
        case 'y':
          this.#space = Array.from(this.#space)
            .map((char) => command.table!.get(char) ?? char)
            .join('');
          break;
        case 'p':
          this.#emit(this.#space);
          break;
        case 'P':
          this.#write(`${this.#space.split('\n')[0]}\n`);
          break;
        case '=':
          this.#write(`${this.#number}\n`);
          break;
        case 'l':
          this.#write(
            `${this.#space
              .replaceAll('\\', '\\\\')
              .replaceAll('\n', String.raw`\n`)
              .replaceAll('\t', String.raw`\t`)
              .replaceAll(/[^ -~]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)}$\n`,
          );
          break;
        case 'd':
          return 'silent';
        case 'D': {
          const at = this.#space.indexOf('\n');
          if (at === -1) return 'silent';
          this.#queue.unshift({ text: this.#space.slice(at + 1), newline: this.#newline, last: this.#last });
          this.#number -= 1;
          return 'silent';
        }
        case 'n':
          if (this.#queue.length === 0) return this.#quiet ? 'silent' : 'print';
          if (!this.#quiet) this.#emit(this.#space);
          this.#flushAppended();
          this.#next();
          break;
        case 'N': {
          if (this.#queue.length === 0) return 'print';
          const before = this.#space;
          this.#next();
          this.#space = `${before}\n${this.#space}`;
          break;
        }
        case 'g':
          this.#space = this.#hold;
          this.#newline = true;
          break;
        case 'G':
          this.#space += `\n${this.#hold}`;
          this.#newline = true;
          break;
        case 'h':
          this.#hold = this.#space;
          break;
        case 'H':
          this.#hold += `\n${this.#space}`;
          break;
        case 'x':
          [this.#space, this.#hold] = [this.#hold, this.#space];
          this.#newline = true;
          break;
        case 'z':
          this.#space = '';
          break;
        case 'a':
          this.#appended.push(command.text);
          break;
        case 'i':
          this.#write(command.text);
          break;
        case 'c':
          if (command.to === undefined || command.negated || !this.#active.has(index)) this.#write(command.text);
          return 'silent';
        case 'r': {
          const file = readFile(this.#ctx, command.text);
          if (file.ok) this.#appended.push(bytesToBinary(file.bytes));
          break;
        }
        case 'w':
          this.#toFile(command.text);
          break;
        case 'q':
          this.status = Number(command.text || 0);
          return 'quit';
        case 'Q':
          this.status = Number(command.text || 0);
          this.#queue = [];
          return 'silent';
        case 'b':
        case 't':
        case 'T':
          if (command.name === 'b' || (command.name === 't') === replaced) {
            const label = this.#commands.findIndex((other) => other.name === ':' && other.text === command.text);
            index = command.text === '' ? this.#commands.length : label;
          }
          if (command.name !== 'b') replaced = false;
          break;
        default:
      }
    }
    return 'print';
  }

  #toFile(name: string): void {
    if (name === '/dev/stdout') this.#write(`${this.#space}\n`);
    else {
      this.#ctx.fs.write(
        this.#ctx.resolve(name),
        Buffer.from(`${this.#space}\n`, 'latin1'),
        this.#ctx.user,
        this.#files.has(name) ? { append: true } : {},
      );
      this.#files.add(name);
    }
  }

  #substitute(how: Substitution): boolean {
    const regex = how.regex ?? this.#lastRegex;
    if (regex === undefined) throw new SedError('-e expression #1, char 0: no previous regular expression');
    this.#lastRegex = regex;
    const text = this.#space;
    let out = '';
    let at = 0;
    let count = 0;
    let replaced = false;
    let afterMatch = -1;
    while (at <= text.length) {
      const match = regex.match(text, at);
      if (match === undefined) break;
      this.#ctx.step();
      const empty = match.start === match.end;
      out += text.slice(at, match.start);
      if (!(empty && match.start === afterMatch)) {
        count += 1;
        const chosen = how.all ? count >= how.nth : count === how.nth;
        out += chosen ? expand(how.replacement, text, match.slots) : text.slice(match.start, match.end);
        replaced ||= chosen;
      }
      at = match.end;
      afterMatch = match.end;
      if (empty) {
        out += text.slice(at, at + 1);
        at += 1;
      }
      if (!how.all && replaced) break;
    }
    if (!replaced) return false;
    this.#space = out + text.slice(at);
    if (how.print) this.#emit(this.#space);
    if (how.file !== '') this.#toFile(how.file);
    return true;
  }
}

/** `&`, `\1`, `\n`, and the case turns `\U` `\L` `\u` `\l` `\E` of a replacement. */
function expand(replacement: string, text: string, slots: readonly number[]): string {
  let out = '';
  let turn = '';
  let once = '';
  const add = (piece: string): void => {
    let shown = turn === 'U' ? piece.toUpperCase() : turn === 'L' ? piece.toLowerCase() : piece;
    if (once !== '' && shown !== '') {
      shown = (once === 'u' ? shown[0]!.toUpperCase() : shown[0]!.toLowerCase()) + shown.slice(1);
      once = '';
    }
    out += shown;
  };
  for (const [piece, escaped] of replacement.matchAll(/\\([^])|&|[^\\&]+/g)) {
    const group = escaped !== undefined && /\d/.test(escaped) ? Number(escaped) : piece === '&' ? 0 : undefined;
    if (group !== undefined)
      add((slots[group * 2] ?? -1) < 0 ? '' : text.slice(slots[group * 2], slots[group * 2 + 1]));
    else if (escaped === undefined) add(piece);
    else if (escaped === 'U' || escaped === 'L' || escaped === 'E') turn = escaped;
    else if (escaped === 'u' || escaped === 'l') once = escaped;
    else
      add(({ n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' } as Record<string, string>)[escaped] ?? escaped);
  }
  return out;
}
