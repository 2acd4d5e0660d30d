/** The formats of `printf`, shared with awk: conversions with flags, width and precision over binary text, and backslash escapes. */

const MAX_WIDTH = 4096;
const MAX_TEXT = 1024 * 1024;

const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Backslash escapes of `echo -e` and `%b`; `stop` where `\c` ended the output. Octal needs a leading zero there, not in a printf format. */
export function unescapeText(text: string, octalZero = true): { text: string; stop: boolean } {
  let stop = false;
  const pattern = octalZero
    ? /\\(?:0([0-7]{0,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(.))/gs
    : /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(.))/gs;
  const shown = text.replaceAll(
    pattern,
    (whole, octal?: string, hex?: string, short?: string, long?: string, letter?: string) => {
      if (stop) return '';
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal || '0', 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const code = short ?? long;
      if (code !== undefined)
        return Buffer.from(String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10_ff_ff)), 'utf8').toString(
          'latin1',
        );
      if (letter === 'c') {
        stop = true;
        return '\u{ffff}';
      }
      return LETTERS[letter ?? ''] ?? whole;
    },
  );
  return { text: stop ? shown.slice(0, shown.indexOf('\u{ffff}')) : shown, stop };
}

/** Formats as coreutils' printf, reusing the format while arguments are left. */
export function formatPrintf(format: string, args: readonly string[]): { text: string; errors: string[] } {
  const errors: string[] = [];
  let text = '';
  let next = 0;
  do {
    const before = next;
    let stopped = false;
    for (const piece of format.matchAll(
      /%%|%([-+ 0#']*)(\*|\d*)(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z])|[^%]+|%/g,
    )) {
      if (piece[4] === undefined) {
        const plain = piece[0] === '%%' ? { text: '%', stop: false } : unescapeText(piece[0], false);
        text += plain.text;
        if (plain.stop) stopped = true;
        if (stopped) break;
        continue;
      }
      const take = (): string => args[next++] ?? '';
      const width = piece[2] === '*' ? Number(take()) : Number(piece[2] || 0);
      const precision = piece[3] === undefined ? undefined : piece[3] === '*' ? Number(take()) : Number(piece[3] || 0);
      const letter = piece[4];
      const has = next < args.length;
      const arg = take();
      if (letter === 'b') {
        const shown = unescapeText(arg);
        text += padTo(precision === undefined ? shown.text : shown.text.slice(0, precision), width, piece[1]!);
        if (shown.stop) return { text, errors };
      } else if (letter === 'q')
        text += /^[\w./:=@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
      else if (letter === 's' || letter === 'c')
        text += convert(letter, piece[1]!, width, precision, letter === 'c' ? arg.slice(0, 1) : arg);
      else if (!/[diouxXeEfFgGaA]/.test(letter))
        return { text, errors: [`${piece[0]}: invalid conversion specification`] };
      else {
        const number = parseNumber(arg);
        if (has && arg !== '' && number.bad)
          errors.push(
            number.partial ? `'${arg}': value not completely converted` : `'${arg}': expected a numeric value`,
          );
        text += convert(letter, piece[1]!, width, precision, number.value);
      }
      if (text.length > MAX_TEXT) return { text, errors };
    }
    if (stopped || next === before) break;
  } while (next < args.length);
  return { text, errors };
}

function parseNumber(text: string): { value: number; bad: boolean; partial: boolean } {
  if (/^["']/.test(text)) return { value: text.charCodeAt(1) || 0, bad: false, partial: false };
  const trimmed = text.trim();
  if (/^[-+]?0[0-7]+$/.test(trimmed)) return { value: Number.parseInt(trimmed, 8), bad: false, partial: false };
  if (/^[-+]?0[xX][0-9a-fA-F]+$/.test(trimmed))
    return {
      value: Number(trimmed.replace(/^[-+]/, '')) * (trimmed.startsWith('-') ? -1 : 1),
      bad: false,
      partial: false,
    };
  const match = /^[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+)/.exec(trimmed);
  if (match === null) return { value: 0, bad: true, partial: false };
  return { value: Number(match[0]), bad: match[0] !== trimmed, partial: match[0] !== trimmed };
}

function padTo(text: string, width: number, flags: string, zero = false): string {
  const wanted = Math.min(Math.abs(width), MAX_WIDTH);
  if (text.length >= wanted) return text;
  if (flags.includes('-') || width < 0) return text.padEnd(wanted);
  if (!zero) return text.padStart(wanted);
  const sign = /^([-+ ]?(?:0[xX])?)/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(wanted - sign.length, '0');
}

/** One conversion as C's printf makes it. */
export function convert(
  letter: string,
  flags: string,
  width: number,
  precision: number | undefined,
  value: string | number,
): string {
  const digits = precision === undefined ? undefined : Math.min(precision, 100);
  if (letter === 's' || letter === 'c')
    return padTo(precision === undefined ? String(value) : String(value).slice(0, precision), width, flags);
  const number = typeof value === 'number' ? value : Number(value) || 0;
  const signed = (text: string): string =>
    number < 0 || Object.is(number, -0)
      ? `-${text}`
      : flags.includes('+')
        ? `+${text}`
        : flags.includes(' ')
          ? ` ${text}`
          : text;
  if (!Number.isFinite(number))
    return padTo(signed(Number.isNaN(number) ? 'nan' : 'inf').replace('-nan', 'nan'), width, flags);
  const size = Math.abs(number);
  const zero = flags.includes('0');
  if (letter === 'd' || letter === 'i')
    return padTo(
      signed(
        BigInt(Math.trunc(size))
          .toString()
          .padStart(digits ?? 0, '0'),
      ),
      width,
      flags,
      zero && precision === undefined,
    );
  if ('ouxX'.includes(letter)) {
    const whole = BigInt.asUintN(64, BigInt(Math.trunc(number)));
    let text = whole.toString(letter === 'o' ? 8 : letter === 'u' ? 10 : 16).padStart(digits ?? 0, '0');
    if (flags.includes('#') && whole !== 0n) text = (letter === 'o' ? '0' : letter === 'u' ? '' : '0x') + text;
    return padTo(letter === 'X' ? text.toUpperCase() : text, width, flags, zero && precision === undefined);
  }
  const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, 'e$10$2');
  let text: string;
  if (letter === 'f' || letter === 'F')
    text =
      size < 1e21
        ? size.toFixed(digits ?? 6)
        : BigInt(size).toString() + (digits === 0 ? '' : `.${'0'.repeat(digits ?? 6)}`);
  else if (letter === 'e' || letter === 'E') text = exponent(size.toExponential(digits ?? 6));
  else text = general(size, digits ?? 6, flags.includes('#'), exponent);
  if (letter === 'E' || letter === 'G') text = text.toUpperCase();
  return padTo(signed(text), width, flags, zero);
}

/** `%g`: the shorter of fixed and exponent form, without trailing zeros. */
function general(size: number, precision: number, keep: boolean, exponent: (text: string) => string): string {
  const significant = precision === 0 ? 1 : precision;
  const power = size === 0 ? 0 : Number(size.toExponential(significant - 1).split('e')[1]);
  const trim = (text: string): string =>
    keep || !text.includes('.') ? text : text.replace(/0+$/, '').replace(/\.$/, '');
  if (power < -4 || power >= significant) {
    const [mantissa, tail] = size.toExponential(significant - 1).split('e');
    return exponent(`${trim(mantissa!)}e${tail}`);
  }
  return trim(size.toFixed(Math.max(0, significant - 1 - power)));
}
