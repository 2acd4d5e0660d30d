/** Lines of a control connection, as each server reads them: where a line ends, how long it may be, and what becomes of Telnet's control bytes. */

export interface LineRules {
  /** Longer lines are told as `too long`. */
  readonly maxLine: number;
  /** A line ends at CR LF only; otherwise at LF, and a CR before it is dropped. */
  readonly crlfOnly: boolean;
  /** Telnet commands are taken out and negotiations refused (RFC 854), as the answer. */
  readonly telnet: boolean;
}

export type ControlInput = { readonly line: string } | { readonly answer: Uint8Array } | { readonly tooLong: true };

const IAC = 255;
const DONT = 254;
const WONT = 252;
const WILL = 251;
const LF = 10;

export class ControlLines {
  readonly #rules: LineRules;
  #bytes: Buffer = Buffer.alloc(0);
  #skipping = false;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  get waiting(): number {
    return this.#bytes.length;
  }

  push(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes]);
  }

  /** What is not read yet, for TLS to take over. */
  takeRest(): Buffer {
    const rest = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return rest;
  }

  /** A line that was taken too early. */
  putBack(line: string): void {
    this.#bytes = Buffer.concat([Buffer.from(`${line}\r\n`, 'latin1'), this.#bytes]);
  }

  /** The next piece, or undefined where more bytes are needed. */
  next(): ControlInput | undefined {
    const answer = this.#rules.telnet ? this.#telnet() : undefined;
    if (answer !== undefined) return { answer };
    const end = this.#endOfLine();
    if (end < 0) {
      if (this.#bytes.length <= this.#rules.maxLine) return undefined;
      this.#bytes = this.#bytes.subarray(this.#bytes.length - 1);
      if (this.#skipping) return undefined;
      this.#skipping = true;
      return { tooLong: true };
    }
    const text = this.#bytes.subarray(0, end).toString('latin1');
    this.#bytes = this.#bytes.subarray(end + (this.#rules.crlfOnly ? 2 : 1));
    if (this.#skipping) {
      this.#skipping = false;
      return this.next();
    }
    const line = this.#rules.crlfOnly ? text : text.replace(/\r+$/, '');
    return line.length > this.#rules.maxLine ? { tooLong: true } : { line };
  }

  #endOfLine(): number {
    return this.#rules.crlfOnly ? this.#bytes.indexOf('\r\n') : this.#bytes.indexOf(LF);
  }

  /** Takes Telnet commands out of the first line; the answers to all negotiations in it. */
  #telnet(): Buffer | undefined {
    const first = this.#bytes.indexOf(IAC);
    const end = this.#endOfLine();
    if (first < 0 || (end >= 0 && first > end)) return undefined;
    const stop = end < 0 ? this.#bytes.length : end;
    const kept: Buffer[] = [];
    const answers: number[] = [];
    let from = 0;
    for (let at = first; at >= 0 && at < stop; at = this.#bytes.indexOf(IAC, from)) {
      const command = this.#bytes[at + 1];
      const negotiates = command !== undefined && command >= WILL && command <= DONT;
      const option = this.#bytes[at + 2];
      // The rest of it is still to come.
      if (command === undefined || (negotiates && option === undefined)) break;
      kept.push(this.#bytes.subarray(from, at));
      from = at + (negotiates ? 3 : 2);
      if (negotiates) answers.push(IAC, command === WILL || command === WONT ? DONT : WONT, option!);
    }
    if (from === 0) return undefined;
    this.#bytes = Buffer.concat([...kept, this.#bytes.subarray(from)]);
    return answers.length === 0 ? undefined : Buffer.from(answers);
  }
}
