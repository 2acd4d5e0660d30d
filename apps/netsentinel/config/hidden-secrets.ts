/**
 * Secrets that stand in a configuration's text, hidden from who reads it through the API, and put back where the text comes from there again. Each is hidden behind its
 * number, in the order in which they stand in the version that was read: `{ value: "***2" }`. So sections may be moved about, and no secret becomes another's.
 */
import { isMap, isPair, isScalar, parseDocument, type Scalar, visit } from 'yaml';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const HIDDEN = /^\*\*\*([1-9]\d{0,5})$/;
/** `https://ada:password@example.com`. */
const WITH_PASSWORD = /:\/\/[^/@\s]*:[^/@\s]+@/;

interface Place {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** The text, with nothing else changed. One that is no YAML comes as nothing: what of it is secret cannot be told. */
export function hideSecrets(text: string): string {
  let number = 0;
  return replaced(text, () => `***${++number}`) ?? '';
}

/** The text as it is meant; one that is no YAML as it came. Throws `CONFIGURATION_SECRET_UNKNOWN` where a number is none of those that `base`, the text that was read, has. */
export function revealSecrets(text: string, base: string): string {
  const known = (secretPlaces(base) ?? []).map(({ value }) => value);
  const revealed = replaced(text, (value) => {
    const number = HIDDEN.exec(value)?.[1];
    if (number === undefined) return value;
    const secret = known[Number(number) - 1];
    if (secret === undefined)
      throw new NetSentinelError(
        'CONFIGURATION_SECRET_UNKNOWN',
        'user',
        `the version that was changed has no hidden secret ${value}`,
        { hint: 'Leave hidden secrets as they were read, or write new ones.' },
      );
    return secret;
  });
  return revealed ?? text;
}

/** Undefined where the text is no YAML. */
function replaced(text: string, instead: (value: string) => string): string | undefined {
  const places = secretPlaces(text);
  if (places === undefined) return undefined;
  let out = '';
  let at = 0;
  for (const { value, from, to } of places) {
    const other = instead(value);
    if (other === value) continue;
    // A block of lines ends with a line's end, which stays.
    const end = text.slice(from, to).endsWith('\n') ? '\n' : '';
    out += `${text.slice(at, from)}${JSON.stringify(other)}${end}`;
    at = to;
  }
  return out + text.slice(at);
}

/** In the order of the text; undefined where it is no YAML. */
function secretPlaces(text: string): Place[] | undefined {
  const doc = parseDocument(text);
  if (doc.errors.length > 0) return undefined;
  const places: Place[] = [];
  const add = (node: unknown): void => {
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return;
    places.push({ value: node.value, from: node.range[0], to: node.range[1] });
  };
  visit(doc, {
    Map: (_, map) => {
      const [only] = map.items;
      if (map.items.length === 1 && isPair(only) && keyOf(only.key) === 'value') add(only.value);
    },
    Pair: (_, { key, value }) => {
      // Of messages to other services: an API key as often as not.
      if (keyOf(key) === 'headers' && isMap(value)) for (const one of value.items) add(one.value);
    },
    Scalar: (key, node) => {
      if (key !== 'key' && isSecret(node)) add(node);
    },
  });
  const seen = new Set<number>();
  return places.toSorted((a, b) => a.from - b.from).filter(({ from }) => !seen.has(from) && seen.add(from));
}

/** Wherever it stands: with a password in it, or hidden already. */
function isSecret({ value }: Scalar): boolean {
  return typeof value === 'string' && (WITH_PASSWORD.test(value) || HIDDEN.test(value));
}

function keyOf(key: unknown): unknown {
  return isScalar(key) ? key.value : key;
}
