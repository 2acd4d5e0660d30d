/**
 * Cuts a stream of bytes into the JSON texts in it, one for each event, however the file holds them: a line each (JSON lines), the elements of one
 * array, or values one after another over many lines (as pretty-printers write them). Pure and incremental: bytes in, texts out. A text that is
 * too long, or bytes between texts that begin none, are reported with their line and skipped; the rest goes on.
 */

/** What could not be taken: `line` is 1-based. */
export interface BadText {
  readonly line: number;
  /** Bytes of the source up to where that was clear. */
  readonly end: number;
  readonly reason: string;
}

export interface JsonTextsOptions {
  /**
   * One text, still to be parsed, and the line on which it begins.
   * @param end bytes of the source up to and with the text, and its line end where each has a line
   */
  readonly onText: (text: string, line: number, end: number) => void;
  readonly onBad: (bad: BadText) => void;
  /** Bytes of one text at most (default 16 MiB). */
  readonly maxBytes?: number;
}

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export class JsonTexts {
  readonly #options: JsonTextsOptions;
  readonly #maxBytes: number;
  /** Undecided until the first line has been seen. */
  #layout: 'lines' | 'values' | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the source before `#rest`. */
  #before = 0;
  #line = 1;
  #begun = false;
  /** Of a line that is too long: its end is still to come. */
  #skippingLine = false;
  readonly #scan = { at: 0, start: -1, startLine: 1, depth: 0, inString: false, escaped: false, oversized: false };

  constructor(options: JsonTextsOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  }

  push(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    this.#advance(false);
  }

  /** The end of the input: what is left is a last text or a broken one. */
  end(): void {
    this.#advance(true);
    if (this.#layout === 'values' && this.#scan.start !== -1) {
      this.#bad(this.#scan.startLine, 'the input ends inside this JSON text', this.#rest.length);
    }
  }

  #advance(ended: boolean): void {
    if (!this.#begun && !this.#begin(ended)) return;
    this.#layout ??= layoutOf(this.#rest, ended || this.#rest.length > this.#maxBytes);
    if (this.#layout === 'lines') this.#takeLines(ended);
    else if (this.#layout === 'values') this.#takeValues();
  }

  #begin(ended: boolean): boolean {
    if (this.#rest.length < byteOrderMark.length && !ended) return false;
    this.#begun = true;
    if (this.#rest.subarray(0, byteOrderMark.length).equals(byteOrderMark)) this.#drop(byteOrderMark.length);
    return true;
  }

  #takeLines(ended: boolean): void {
    let from = 0;
    for (;;) {
      const end = this.#rest.indexOf(newline, from);
      if (end === -1) break;
      this.#takeLine(from, end, end + 1);
      this.#line++;
      from = end + 1;
    }
    if (ended) this.#takeLine(from, this.#rest.length, this.#rest.length);
    this.#drop(ended ? this.#rest.length : from);
    if (this.#rest.length > this.#maxBytes) {
      if (!this.#skippingLine)
        this.#bad(this.#line, `this line is longer than ${this.#maxBytes} bytes`, this.#rest.length);
      this.#skippingLine = true;
      this.#drop(this.#rest.length);
    }
  }

  #takeLine(from: number, end: number, after: number): void {
    if (this.#skippingLine) {
      this.#skippingLine = false;
      return;
    }
    if (end - from > this.#maxBytes)
      return this.#bad(this.#line, `this line is longer than ${this.#maxBytes} bytes`, after);
    const text = this.#rest.toString('utf8', from, end);
    if (text.trim() !== '') this.#options.onText(text, this.#line, this.#before + after);
    return undefined;
  }

  /** Follows brackets and quotes; only what stands between them is looked at byte by byte. */
  #takeValues(): void {
    const bytes = this.#rest;
    const scan = this.#scan;
    for (; scan.at < bytes.length; scan.at++) {
      const byte = bytes[scan.at];
      if (byte === newline) this.#line++;
      if (scan.inString) {
        if (scan.escaped) scan.escaped = false;
        else if (byte === backslash) scan.escaped = true;
        else if (byte === quote) scan.inString = false;
      } else if (scan.start === -1) {
        this.#betweenTexts(byte ?? 0);
      } else if (byte === quote) {
        scan.inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        scan.depth++;
      } else if (byte === closeBrace || byte === closeBracket) {
        if (--scan.depth === 0) this.#endValue();
      }
    }
    this.#dropScanned();
  }

  #betweenTexts(byte: number): void {
    const scan = this.#scan;
    // The brackets of the array around all texts, and commas between them, are no texts.
    if (byte <= 0x20 || byte === comma || byte === openBracket || byte === closeBracket) return;
    if (byte === openBrace) {
      Object.assign(scan, { start: scan.at, startLine: this.#line, depth: 1 });
      return;
    }
    const end = this.#rest.indexOf(newline, scan.at);
    const after = end === -1 ? this.#rest.length : end;
    this.#bad(this.#line, 'an event is a JSON object: expected `{` here', after);
    scan.at = end === -1 ? after : end - 1;
  }

  #endValue(): void {
    const scan = this.#scan;
    const end = scan.at + 1;
    if (scan.oversized || end - scan.start > this.#maxBytes)
      this.#bad(scan.startLine, `this JSON text is longer than ${this.#maxBytes} bytes`, end);
    else this.#options.onText(this.#rest.toString('utf8', scan.start, end), scan.startLine, this.#before + end);
    scan.start = -1;
    scan.oversized = false;
  }

  /** Keeps only the text that has begun; of one that is too long, nothing but the count of its brackets. */
  #dropScanned(): void {
    const scan = this.#scan;
    if (scan.start !== -1 && this.#rest.length - scan.start > this.#maxBytes) scan.oversized = true;
    const keepFrom = scan.start === -1 || scan.oversized ? this.#rest.length : scan.start;
    this.#drop(keepFrom);
    scan.at -= keepFrom;
    if (scan.start !== -1) scan.start = 0;
  }

  #drop(bytes: number): void {
    this.#before += bytes;
    this.#rest = bytes === this.#rest.length ? Buffer.alloc(0) : this.#rest.subarray(bytes);
  }

  /** @param after where in `#rest` it ends */
  #bad(line: number, reason: string, after: number): void {
    this.#options.onBad({ line, reason, end: this.#before + after });
  }
}

/** JSON lines when the first line that is not empty is a whole value by itself; undefined when more must be seen first. */
function layoutOf(bytes: Buffer, decide: boolean): 'lines' | 'values' | undefined {
  let start = 0;
  while (start < bytes.length && (bytes[start] ?? 0) <= 0x20) start++;
  if (start === bytes.length) return decide ? 'values' : undefined;
  if (bytes[start] === openBracket) return 'values';
  const end = bytes.indexOf(newline, start);
  if (end === -1 && !decide) return undefined;
  try {
    JSON.parse(bytes.toString('utf8', start, end === -1 ? bytes.length : end));
    return 'lines';
  } catch {
    // A first line that is broken, of many that are not, still begins and ends like one.
    const last = bytes
      .subarray(start, end === -1 ? bytes.length : end)
      .toString('latin1')
      .trimEnd()
      .at(-1);
    return bytes[start] === openBrace && last !== '}' ? 'values' : 'lines';
  }
}
