/** The scalars of an event, and what each is as a text, a number and a date: what every test is applied to. */
import { isRecord } from './event.ts';

export type Scalar = string | number | boolean;

/** Deeper than any real event: what hides below is not looked at, so that a hostile event cannot exhaust the stack. */
export const maxEventDepth = 64;

/** Calls back for every text, number and boolean among a field's values: itself, or the elements of an array (nested ones too). Stops at true. */
export function someScalar(value: unknown, test: (scalar: Scalar) => boolean, depth = 0): boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return test(value);
  if (!Array.isArray(value) || depth >= maxEventDepth) return false;
  for (const element of value as unknown[]) if (someScalar(element, test, depth + 1)) return true;
  return false;
}

/** The same for every scalar anywhere below the value: what a keyword is searched in. */
export function someScalarWithin(value: unknown, test: (scalar: Scalar) => boolean, depth = 0): boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return test(value);
  if (depth >= maxEventDepth) return false;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) if (someScalarWithin(element, test, depth + 1)) return true;
  } else if (isRecord(value)) {
    for (const name of Object.keys(value)) if (someScalarWithin(value[name], test, depth + 1)) return true;
  }
  return false;
}

const decimal = /^[ \t]*[-+]?(?:\d{1,308}(?:\.\d{0,308})?|\.\d{1,308})(?:[eE][-+]?\d{1,3})?[ \t]*$/;

/** A number, or a text that is one in decimal; undefined for everything else, booleans too. */
export function numberOf(scalar: Scalar): number | undefined {
  if (typeof scalar === 'number') return scalar;
  if (typeof scalar !== 'string' || scalar.length > 400 || !decimal.test(scalar)) return undefined;
  return Number(scalar);
}
