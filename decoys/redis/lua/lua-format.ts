/** `string.format`: C's conversions as far as Lua hands them on. */
import type { LuaArguments } from './lua-arguments.ts';
import { LuaError } from './lua-values.ts';

const MAX_DIGITS = 99;

export function formatText(args: LuaArguments): string {
  const template = args.text(0);
  let next = 1;
  return template.replace(/%(%|[-+ #0]*\d{0,2}(?:\.\d{0,2})?[A-Za-z]|.|$)/gs, (_all, directive: string) => {
    if (directive === '%') return '%';
    const parsed = /^([-+ #0]*)(\d*)(?:\.(\d*))?([cdiouxXeEfgGqs])$/.exec(directive);
    if (parsed === null) throw new LuaError(`invalid option '%${directive}' to 'format'`);
    const [, flags = '', width = '', precision, letter = ''] = parsed;
    const digits = precision === undefined ? undefined : Number(precision);
    const at = next++;
    const text = convert(args, at, letter, flags, digits);
    const wide = Math.min(MAX_DIGITS, Number(width));
    if (flags.includes('-')) return text.padEnd(wide);
    const zeros =
      flags.includes('0') && /[dixXoueEfgG]/.test(letter) && !(digits !== undefined && /[dixXou]/.test(letter));
    const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
    return zeros ? sign + text.slice(sign.length).padStart(wide - sign.length, '0') : text.padStart(wide);
  });
}

function convert(args: LuaArguments, at: number, letter: string, flags: string, digits: number | undefined): string {
  switch (letter) {
    case 'c':
      return String.fromCharCode(args.integer(at) & 0xff);
    case 's': {
      const text = args.text(at);
      return digits === undefined ? text : text.slice(0, digits);
    }
    case 'q':
      return `"${args
        .text(at)
        .replace(/["\\\n]/g, '\\$&')
        .replaceAll('\r', '\\r')
        .replaceAll('\0', '\\000')}"`;
    case 'd':
    case 'i':
      return signed(
        args.integer(at),
        flags,
        Math.abs(args.integer(at))
          .toFixed(0)
          .padStart(digits ?? 1, '0'),
      );
    case 'o':
    case 'u':
    case 'x':
    case 'X': {
      const value = BigInt.asUintN(64, BigInt(args.integer(at)));
      const text = value.toString(letter === 'o' ? 8 : letter === 'u' ? 10 : 16).padStart(digits ?? 1, '0');
      const prefix = flags.includes('#') && value !== 0n ? { o: '0', x: '0x', X: '0X', u: '' }[letter] : '';
      return prefix + (letter === 'X' ? text.toUpperCase() : text);
    }
    default:
      return real(args.number(at), letter, flags, digits ?? 6);
  }
}

function signed(value: number, flags: string, text: string): string {
  if (value < 0 || Object.is(value, -0)) return `-${text}`;
  return (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + text;
}

function real(value: number, letter: string, flags: string, digits: number): string {
  const low = letter.toLowerCase();
  let text: string;
  const size = Math.abs(value);
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : 'inf';
  else if (low === 'f')
    text = size < 1e21 ? size.toFixed(digits) : `${BigInt(size)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  else if (low === 'e') text = exponent(size.toExponential(digits));
  else {
    const places = Math.max(1, digits);
    const power = size === 0 ? 0 : Number(size.toExponential(places - 1).split('e')[1]);
    const plain = power >= -4 && power < places;
    text = plain ? size.toFixed(Math.max(0, places - 1 - power)) : exponent(size.toExponential(places - 1));
    if (!flags.includes('#'))
      text = plain ? trimmed(text) : text.replace(/^([^e]*)(e.*)$/, (_all, a: string, b: string) => trimmed(a) + b);
  }
  return signed(Number.isNaN(value) ? -1 : value, flags, letter === low ? text : text.toUpperCase());
}

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
