/**
 * A small, linear-time reading of shell command lines for detection: simple commands with their words unquoted, pipes, redirections,
 * command substitutions, and what wrappers (`sudo`, `busybox`, `sh -c` …) really start. It never expands variables or globs; the decoy's
 * own shell reports what ran after expansion as `program` events, and those are read by `readArgv`.
 */
export interface SimpleCommand {
  /** Last part of the program's path: `wget` for `/usr/bin/wget`. Empty for bare assignments and redirections. */
  readonly name: string;
  /** The program as given. */
  readonly path: string;
  readonly args: readonly string[];
  /** `NAME=value` words before the program, or the arguments of `export`. */
  readonly assignments: readonly string[];
  /** Files written by `>` and `>>`. */
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  /** What writes into this command's standard input. */
  readonly pipedFrom: SimpleCommand | undefined;
  /** Wrappers that it was started through, outermost first: `sudo`, `busybox`. */
  readonly via: readonly string[];
}

export interface CommandLine {
  readonly commands: readonly SimpleCommand[];
  /** The text, capped. */
  readonly text: string;
}

const MAX_TEXT = 16 * 1024;
const MAX_COMMANDS = 256;
const MAX_WORDS = 512;
const MAX_DEPTH = 6;

/** Words after which another command follows. */
const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'do', 'while', 'until', '!', '{', 'time', 'coproc']);
/** Programs whose arguments are a command, with the options of theirs that take a value. */
const WRAPPERS = new Map<string, string>([
  ['sudo', 'ugpCrtTh'],
  ['doas', 'uC'],
  ['nohup', ''],
  ['setsid', ''],
  ['exec', 'a'],
  ['command', ''],
  ['builtin', ''],
  ['busybox', ''],
  ['toybox', ''],
  ['env', 'uCS'],
  ['nice', 'n'],
  ['ionice', 'cnp'],
  ['stdbuf', 'ioe'],
  ['timeout', 'ks'],
  ['xargs', 'aEIiLlnPsd'],
  ['unshare', ''],
]);
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'csh', 'tcsh']);

export function isShell(name: string): boolean {
  return SHELLS.has(name);
}

/** Reads a line as the attacker gave it. Whatever is not shell gives the best reading there is. */
export function readCommandLine(text: string): CommandLine {
  const capped = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  const commands: SimpleCommand[] = [];
  new Reader(capped, commands, 0).list('');
  return { commands, text: capped };
}

/** Reads a command as it ran. */
export function readArgv(argv: readonly string[]): CommandLine {
  const commands: SimpleCommand[] = [];
  finish(emptyDraft(argv.slice(0, MAX_WORDS)), commands, 0);
  return { commands, text: argv.join(' ').slice(0, MAX_TEXT) };
}

interface Draft {
  words: string[];
  writes: string[];
  reads: string[];
  stdinText: string | undefined;
  pipedFrom: SimpleCommand | undefined;
}

function emptyDraft(words: string[] = []): Draft {
  return { words, writes: [], reads: [], stdinText: undefined, pipedFrom: undefined };
}

/** One pass over the text; nested lists (`$(…)`, backticks, `( … )`) are read by the same pass. */
class Reader {
  readonly #text: string;
  readonly #commands: SimpleCommand[];
  #depth: number;
  #at = 0;
  #heredocs: { readonly delimiter: string; readonly draft: Draft }[] = [];

  constructor(text: string, commands: SimpleCommand[], depth: number) {
    this.#text = text;
    this.#commands = commands;
    this.#depth = depth;
  }

  /** Reads commands up to the closing character (or the end), which it takes too. */
  list(closing: '' | ')' | '`'): void {
    let draft = emptyDraft();
    const end = (pipe: boolean): void => {
      const last = finish(draft, this.#commands, this.#depth);
      draft = emptyDraft();
      if (pipe) draft.pipedFrom = last;
    };
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at]!;
      if (c === closing) {
        this.#at++;
        break;
      }
      if (c === ' ' || c === '\t' || c === '\r') this.#at++;
      else if (c === '\n') {
        this.#at++;
        this.#readHeredocs();
        end(false);
      } else if (c === ';' || c === '&') {
        this.#at++;
        if (c === '&' && this.#text[this.#at] === '>') this.#redirect(draft);
        else end(false);
      } else if (c === '|') {
        this.#at++;
        if (this.#text[this.#at] === '|') {
          this.#at++;
          end(false);
        } else {
          if (this.#text[this.#at] === '&') this.#at++;
          end(true);
        }
      } else if (c === '(' && draft.words.length === 0) {
        this.#at++;
        this.#nested(')');
      } else if (c === '(' || c === ')') this.#at++;
      else if (c === '#') this.#skipComment();
      else if (c === '<' || c === '>') this.#redirect(draft);
      else {
        const word = this.#word(closing);
        // A number right before a redirection is a file descriptor.
        const next = this.#text[this.#at];
        if ((next === '>' || next === '<') && /^\d{1,2}$/.test(word)) continue;
        if (draft.words.length < MAX_WORDS) draft.words.push(word);
        if (draft.words.length === 1 && KEYWORDS.has(word)) draft.words.pop();
      }
    }
    this.#readHeredocs();
    end(false);
  }

  #nested(closing: ')' | '`'): void {
    if (this.#depth >= MAX_DEPTH) return;
    this.#depth++;
    this.list(closing);
    this.#depth--;
  }

  #word(closing: string): string {
    const text = this.#text;
    let word = '';
    while (this.#at < text.length) {
      const c = text[this.#at]!;
      if (c === closing || ' \t\r\n;&|<>()'.includes(c)) break;
      this.#at++;
      if (c === '\\') {
        const escaped = text[this.#at++];
        if (escaped !== undefined && escaped !== '\n') word += escaped;
      } else if (c === "'") word += this.#until("'");
      else if (c === '"') word += this.#doubleQuoted();
      else if (this.#opensNested(c)) word += this.#substitution(c);
      else if (c === '$' && text[this.#at] === "'") {
        this.#at++;
        word += ansiC(this.#until("'", true));
      } else word += c;
    }
    return word;
  }

  #doubleQuoted(): string {
    const text = this.#text;
    let word = '';
    while (this.#at < text.length) {
      const c = text[this.#at++]!;
      if (c === '"') break;
      if (c === '\\') {
        const escaped = text[this.#at++] ?? '';
        word += '"\\$`'.includes(escaped) ? escaped : `\\${escaped}`;
      } else word += this.#opensNested(c) ? this.#substitution(c) : c;
    }
    return word;
  }

  /** Whether `c`, which was just taken, begins a command whose output stands there. */
  #opensNested(c: string): boolean {
    return c === '`' || (c === '$' && this.#text[this.#at] === '(');
  }

  #substitution(c: string): string {
    if (c === '`') {
      this.#nested('`');
      return '`…`';
    }
    this.#at++;
    this.#nested(')');
    return '$(…)';
  }

  /** Text up to the quote, which it takes too. */
  #until(quote: string, escapes = false): string {
    const start = this.#at;
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) {
      if (escapes && this.#text[this.#at] === '\\') this.#at++;
      this.#at++;
    }
    return this.#text.slice(start, this.#at++);
  }

  #skipComment(): void {
    const newline = this.#text.indexOf('\n', this.#at);
    this.#at = newline < 0 ? this.#text.length : newline;
  }

  /** At `<` or `>`. */
  #redirect(draft: Draft): void {
    const start = this.#at;
    while (this.#at - start < 3 && '<>&|'.includes(this.#text[this.#at] ?? ' ')) this.#at++;
    if (this.#text[this.#at] === '-' && this.#text.startsWith('<<', start)) this.#at++;
    const operator = this.#text.slice(start, this.#at);
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
    const target = this.#word('');
    if (operator.startsWith('<<<')) draft.stdinText = target;
    else if (operator.startsWith('<<')) this.#heredocs.push({ delimiter: target, draft });
    else if (operator.startsWith('>')) {
      // `2>&1` and `>&-` name descriptors, `>& file` a file.
      const descriptor = operator.includes('&') && /^(\d+-?|-)$/.test(target);
      if (!descriptor && target !== '') draft.writes.push(target);
    } else if (target !== '') draft.reads.push(target);
  }

  #readHeredocs(): void {
    for (const { delimiter, draft } of this.#heredocs.splice(0)) {
      const start = this.#at;
      let end = this.#text.length;
      while (this.#at < this.#text.length) {
        const newline = this.#text.indexOf('\n', this.#at);
        const stop = newline < 0 ? this.#text.length : newline;
        const line = this.#text.slice(this.#at, stop);
        if (line === delimiter || line.trimStart() === delimiter) end = this.#at;
        this.#at = stop + 1;
        if (end !== this.#text.length) break;
      }
      draft.stdinText = this.#text.slice(start, end);
    }
  }
}

/** Turns a draft into commands: strips wrappers, and reads what shells are given to run. Answers the command that a pipe follows. */
function finish(draft: Draft, commands: SimpleCommand[], depth: number): SimpleCommand | undefined {
  if (draft.words.length === 0 && draft.writes.length === 0 && draft.reads.length === 0) return undefined;
  if (commands.length >= MAX_COMMANDS) return undefined;
  const assignments: string[] = [];
  const via: string[] = [];
  let words = draft.words;
  for (let turns = 0; turns < 16; turns++) {
    let skip = 0;
    while (skip < words.length && /^[A-Za-z_]\w*\+?=/.test(words[skip]!)) assignments.push(words[skip++]!);
    words = words.slice(skip);
    const name = baseName(words[0] ?? '');
    const valued = WRAPPERS.get(name);
    if (valued === undefined) break;
    const inner = afterOptions(words, valued, name === 'timeout' ? 1 : 0);
    if (inner.length === 0) break;
    via.push(name);
    words = inner;
  }
  const [path = '', ...args] = words;
  const name = baseName(path);
  if (name === 'export' || name === 'declare' || name === 'readonly') assignments.push(...args);
  const { writes, reads, pipedFrom } = draft;
  const command: SimpleCommand = { name, path, args, assignments, writes, reads, pipedFrom, via };
  commands.push(command);
  const script = depth >= MAX_DEPTH ? undefined : scriptOf(command, draft.stdinText);
  if (script !== undefined) new Reader(script, commands, depth + 1).list('');
  return command;
}

/** The shell text that a command runs from its arguments or its standard input. */
function scriptOf(command: SimpleCommand, stdinText: string | undefined): string | undefined {
  const { name, args } = command;
  if (name === 'eval') return args.join(' ');
  if (!isShell(name) && name !== 'su') return undefined;
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (at >= 0) return args[at + 1];
  return name === 'su' || args.length > 0 ? undefined : stdinText;
}

function afterOptions(words: readonly string[], valued: string, operands: number): string[] {
  let at = 1;
  while (at < words.length && words[at]!.startsWith('-')) {
    const option = words[at]!;
    at++;
    if (option === '--') break;
    if (option.length === 2 && valued.includes(option[1]!)) at++;
  }
  return words.slice(at + operands);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function ansiC(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (_all, code: string) => {
    if (code.startsWith('x') && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return { n: '\n', t: '\t', r: '\r', a: '\u0007' }[code] ?? code;
  });
}
