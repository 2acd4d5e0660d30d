/**
 * Which of the programs that a shell ran say more than the line that started them: those behind variables, substitutions, escapes, aliases, functions
 * and scripts (`c${x}at`, `echo … | base64 -d | sh`). One for each channel; what one line may add is bounded.
 */
const MAX_TEXT = 16 * 1024;
/** Of one line: programs in all, and of one name, so that a loop over one cannot use up the others' room. */
const MAX_PROGRAMS = 64;
const MAX_OF_A_NAME = 8;
/** After these the shell may run something other than what is written, or what is written may never run. */
const EXPANDS = /[$`\\#]|<</;
/** Quotes around whole words, as anybody sets them; inside a word they hide something. */
const PLAIN_QUOTES = /(?<=^|[\s=;|&(])["']|["'](?=$|[\s;|&)])/g;
const BLANKS = /\s+/g;

export class ProgramWatch {
  #text = '';
  /** What the line shows as it is; undefined where it expands, null until somebody asks. */
  #shown: string | undefined | null = '';
  #told: Set<string> | undefined;
  #names: Map<string, number> | undefined;
  #ran = false;

  /** A line as the attacker gave it. Lines in a row with no program between them are one command. */
  typed(line: string): void {
    this.#text = this.#ran ? line : `${this.#text}\n${line}`;
    // Not with each of many lines.
    if (this.#text.length > 2 * MAX_TEXT) this.#text = this.#text.slice(-MAX_TEXT);
    this.#shown = null;
    this.#ran = false;
    this.#told = undefined;
    this.#names = undefined;
  }

  /** True where this should be told: it is not what the line shows, was not told of this line yet, and there is room. */
  isNews(argv: readonly string[]): boolean {
    this.#ran = true;
    if (this.#shown === null) this.#shown = shownBy(this.#text.slice(-MAX_TEXT));
    const text = plain(argv.join(' '));
    if (this.#shown?.includes(text) === true) return false;
    const told = (this.#told ??= new Set());
    const names = (this.#names ??= new Map());
    if (told.size >= MAX_PROGRAMS || told.has(text)) return false;
    const name = argv[0] ?? '';
    const ofName = names.get(name) ?? 0;
    if (ofName >= MAX_OF_A_NAME) return false;
    names.set(name, ofName + 1);
    told.add(text);
    return true;
  }
}

function shownBy(line: string): string | undefined {
  return EXPANDS.test(line) ? undefined : plain(line.replace(PLAIN_QUOTES, ''));
}

function plain(text: string): string {
  return text.replace(BLANKS, ' ').trim();
}
