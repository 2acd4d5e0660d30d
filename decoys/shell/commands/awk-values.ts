/** Values of awk: strings, numbers, and input that looks like a number. */
import { convert } from './printf-format.ts';

export interface AwkValue {
  readonly text: string | undefined;
  readonly number: number | undefined;
  /** Came from input: compares as a number when it looks like one. */
  readonly input: boolean;
}

export const UNSET: AwkValue = { text: '', number: 0, input: true };
export const fromNumber = (number: number): AwkValue => ({ text: undefined, number, input: false });
export const fromText = (text: string): AwkValue => ({ text, number: undefined, input: false });
export const fromInput = (text: string): AwkValue => ({ text, number: undefined, input: true });
export const fromTruth = (value: boolean): AwkValue => fromNumber(value ? 1 : 0);

const NUMBER = /^\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)/;

export function toNumber(value: AwkValue): number {
  if (value.number !== undefined) return value.number;
  const match = NUMBER.exec(value.text ?? '');
  return match === null ? 0 : Number(match[0]);
}

/** Whole numbers as they are, others through CONVFMT or OFMT. */
export function toText(value: AwkValue, format = '%.6g'): string {
  if (value.text !== undefined) return value.text;
  const number = value.number ?? 0;
  if (Number.isInteger(number) && Math.abs(number) < 1e16) return String(number === 0 ? 0 : number);
  if (Number.isNaN(number)) return '-nan';
  const match = /^%([-+ 0#]*)(\d*)(?:\.(\d+))?([dioxXeEfgG])$/.exec(format);
  return match === null
    ? convert('g', '', 0, 6, number)
    : convert(
        match[4]!,
        match[1]!,
        Number(match[2] || 0),
        match[3] === undefined ? undefined : Number(match[3]),
        number,
      );
}

function looksNumeric(value: AwkValue): boolean {
  if (value.number !== undefined) return true;
  return value.input && /^\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)\s*$/.test(value.text ?? '');
}

export function truth(value: AwkValue): boolean {
  if (value === UNSET) return false;
  if (looksNumeric(value)) return toNumber(value) !== 0;
  return value.text !== '';
}

export function compare(a: AwkValue, b: AwkValue): number {
  if (looksNumeric(a) && looksNumeric(b)) return toNumber(a) - toNumber(b);
  const [left, right] = [toText(a), toText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
