/**
 * A command that comes in lines: each is parsed with those before it, unless it cannot complete them, so that a quote or a here-document of thousands of
 * lines is not read anew with each.
 */
import { SHELL_LIMITS } from '../shell.types.ts';

/** Text that was parsed again with a further line of one command; past this it is too long to be honest. */
const MAX_REPARSED = 16 * 1024 * 1024;

export class TypedCommand {
  /** Lines so far; '' between commands. */
  text = '';
  /** The number of its first line. */
  line = 1;
  #reparsed = 0;
  #awaits = '';

  /** Adds a line; false where the command is too long and was forgotten. */
  add(line: string): boolean {
    this.text += `${line}\n`;
    if (line.includes(this.#awaits)) this.#reparsed += this.text.length;
    if (this.text.length <= SHELL_LIMITS.maxLineBytes && this.#reparsed <= MAX_REPARSED) return true;
    this.clear();
    return false;
  }

  /** Runs it where the last line may have completed it. @param run `runText` */
  async run(lastLine: string, run: (text: string, line: number) => Promise<string | undefined>): Promise<void> {
    if (!lastLine.includes(this.#awaits)) return;
    const awaits = await run(this.text, this.line);
    if (awaits === undefined) {
      this.line += this.text.split('\n').length - 1;
      this.clear();
    } else this.#awaits = awaits;
  }

  clear(): void {
    this.text = '';
    this.#reparsed = 0;
    this.#awaits = '';
  }
}
