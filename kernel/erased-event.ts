/** What stays of an event, and of any text about it, when one of its values is to be known no longer. */
import type { Event } from '@netsentinel/contracts/event';
import { maySeal, openEvent, sealEvent } from './sealed-event.ts';
import { ERASED, type SealedTexts } from './sealed-text.ts';

/** A shorter value is taken out where it stands alone only: within words it would be found everywhere. */
const MIN_WITHIN = 4;
const MAX_DEPTH = 32;
/** What makes an event itself: who looks for it finds it still. */
const KEPT =
  /^(?:@timestamp|event\.(?!original$|reason$)|netsentinel\.(?:sensor|actor|session|decoy|source_verified)|network\.|ecs\.)/;
/** Groups with such fields. */
const GROUPS: ReadonlySet<string> = new Set(['event', 'netsentinel', 'network', 'ecs']);

/** The event as JSON without the values of this field; texts of it that repeat one, or quote all of the record, go with them. @param json as it is stored */
export function eraseField(json: string, field: string, texts: SealedTexts): string {
  const event = openEvent(JSON.parse(json) as Record<string, unknown>, texts);
  const values = takenOut(event, field.split('.'));
  if (values.length > 0) {
    // What a password is spelled like stays: a name, a command.
    eraseWithin(event, '', { values, isMeant: maySeal(field) ? maySeal : () => true }, 0);
    const own = event['event'] as Record<string, unknown> | undefined;
    // However it writes them, with escapes or without.
    if (own !== undefined && typeof own['original'] === 'string' && (maySeal(field) || values.some(isShort)))
      own['original'] = ERASED;
  }
  return JSON.stringify(sealEvent(event as unknown as Event, texts));
}

/** Whether a field of this name may be erased: not what makes an event findable. @param field dotted name */
export function mayErase(field: string): boolean {
  return !KEPT.test(field) && !GROUPS.has(field);
}

/** Any JSON with the value taken out of its texts, but for those in fields of these names. Itself where it does not stand in one. */
export function eraseValue<T>(value: T, secret: string, kept: ReadonlySet<string>): T {
  return replaced(value, secret, kept, 0) as T;
}

/** The text without the value. */
export function eraseText(text: string, secret: string): string {
  if (text === secret) return ERASED;
  if (secret === ERASED || secret === '' || !text.includes(secret)) return text;
  return isShort(secret) ? text.replace(alone(secret), ERASED) : text.replaceAll(secret, ERASED);
}

/** Neither behind nor before a letter or digit. */
function alone(secret: string): RegExp {
  return new RegExp(
    String.raw`(?<![\p{L}\p{N}_])${secret.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}(?![\p{L}\p{N}_])`,
    'gu',
  );
}

function replaced(value: unknown, secret: string, kept: ReadonlySet<string>, depth: number): unknown {
  if (typeof value === 'string') return eraseText(value, secret);
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    const list = value.map((one: unknown) => replaced(one, secret, kept, depth + 1));
    return list.some((one, i) => one !== value[i]) ? list : value;
  }
  const entries = Object.entries(value);
  const next = entries.map(
    ([name, one]) => [name, kept.has(name) ? one : replaced(one, secret, kept, depth + 1)] as const,
  );
  return next.some(([, one], i) => one !== entries[i]![1]) ? Object.fromEntries(next) : value;
}

/** Puts the mark in place of the texts at this path, takes other values away, and answers the texts. */
function takenOut(group: Record<string, unknown>, path: readonly string[]): string[] {
  const [name = '', ...further] = path;
  const value = group[name];
  if (value === undefined || value === null) return [];
  if (further.length > 0) {
    const groups = Array.isArray(value) ? value : [value];
    return groups.flatMap((one: unknown) =>
      typeof one === 'object' && one !== null ? takenOut(one as Record<string, unknown>, further) : [],
    );
  }
  const texts = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
  if (texts.length > 0) group[name] = Array.isArray(value) ? texts.map(() => ERASED) : ERASED;
  else delete group[name];
  return texts.filter((text) => text !== ERASED && text !== '');
}

function eraseWithin(
  group: Record<string, unknown>,
  at: string,
  secrets: { readonly values: readonly string[]; isMeant(field: string): boolean },
  depth: number,
): void {
  if (depth >= MAX_DEPTH) return;
  const isList = Array.isArray(group);
  for (const [name, value] of Object.entries(group)) {
    const field = isList ? at : at === '' ? name : `${at}.${name}`;
    if (KEPT.test(field)) continue;
    if (typeof value === 'string') {
      if (secrets.isMeant(field)) group[name] = secrets.values.reduce((text, secret) => eraseText(text, secret), value);
    } else if (typeof value === 'object' && value !== null)
      eraseWithin(value as Record<string, unknown>, field, secrets, depth + 1);
  }
}

function isShort(secret: string): boolean {
  return secret.length < MIN_WITHIN;
}
