/** Reads a line from left to right: what a scanner needs instead of a regular expression. No copy but of the fields that are asked for. */

export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** What stands before the next `mark`, which is skipped as well; undefined, and no move, where there is none. */
  until(mark: string): string | undefined {
    const end = this.text.indexOf(mark, this.at);
    if (end === -1) return undefined;
    const field = this.text.slice(this.at, end);
    this.at = end + mark.length;
    return field;
  }

  /** Up to the next blank or the end; empty at the end. The blank is skipped. */
  word(): string {
    const end = this.text.indexOf(' ', this.at);
    const field = end === -1 ? this.text.slice(this.at) : this.text.slice(this.at, end);
    this.at = end === -1 ? this.text.length : end + 1;
    return field;
  }

  /** Skips `literal` if it stands here. */
  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  skipBlanks(): void {
    while (this.text.charCodeAt(this.at) === 0x20) this.at++;
  }

  /** A text in double quotes, without them; a backslash keeps the quote behind it from ending it, and stays. Undefined where no quote begins or none ends. */
  quoted(): string | undefined {
    if (this.text.charCodeAt(this.at) !== 0x22) return undefined;
    let end = this.text.indexOf('"', this.at + 1);
    while (end !== -1 && escaped(this.text, end)) end = this.text.indexOf('"', end + 1);
    if (end === -1) return undefined;
    const field = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return field;
  }

  /** A run of decimal digits as a number; undefined, and no move, where there is none. */
  integer(): number | undefined {
    let value = 0;
    let at = this.at;
    for (let digit = this.text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = this.text.charCodeAt(++at) - 48)
      value = value * 10 + digit;
    if (at === this.at) return undefined;
    this.at = at;
    return value;
  }

  rest(): string {
    const field = this.text.slice(this.at);
    this.at = this.text.length;
    return field;
  }
}

function escaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
