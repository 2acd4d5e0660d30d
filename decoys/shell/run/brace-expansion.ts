/** `{a,b}` and `{1..9}`: done on the parts of a word before anything else is expanded, so only unquoted braces count. */
import type { Word, WordPart } from '../lang/ast.types.ts';

/** A word being cut up: unquoted characters one by one, everything else whole. */
type Item = string | WordPart;

export const MAX_BRACE_WORDS = 10_000;

export function expandBraces(word: Word): readonly Word[] {
  if (
    !word.raw.includes('{') ||
    !word.parts.some((part) => part.kind === 'text' && !part.quoted && part.text.includes('{'))
  )
    return [word];
  const items: Item[] = [];
  for (const part of word.parts) {
    if (part.kind === 'text' && !part.quoted) items.push(...Array.from(part.text));
    else items.push(part);
  }
  const expanded = expand(items, 0);
  if (expanded.length === 1 && expanded[0] === items) return [word];
  return expanded.map((list) => ({ parts: partsOf(list), raw: word.raw }));
}

function expand(items: Item[], depth: number): Item[][] {
  if (depth > 30) return [items];
  for (let i = 0; i < items.length; i++) {
    if (items[i] !== '{') continue;
    const found = readGroup(items, i);
    if (found === undefined) continue;
    const before = items.slice(0, i);
    const tails = expand(items.slice(found.end + 1), depth + 1);
    const result: Item[][] = [];
    for (const alternative of found.alternatives) {
      for (const middle of found.nested ? expand(alternative, depth + 1) : [alternative]) {
        for (const tail of tails) {
          result.push([...before, ...middle, ...tail]);
          if (result.length >= MAX_BRACE_WORDS) return result;
        }
      }
    }
    return result;
  }
  return [items];
}

function readGroup(
  items: readonly Item[],
  start: number,
): { end: number; alternatives: Item[][]; nested: boolean } | undefined {
  let open = 0;
  const alternatives: Item[][] = [];
  let from = start + 1;
  for (let i = start; i < items.length; i++) {
    const item = items[i];
    if (item === '{') open++;
    else if (item === ',' && open === 1) {
      alternatives.push(items.slice(from, i));
      from = i + 1;
    } else if (item === '}' && --open === 0) {
      if (alternatives.length > 0) {
        alternatives.push(items.slice(from, i));
        return { end: i, alternatives, nested: true };
      }
      const range = readRange(items.slice(start + 1, i));
      return range === undefined ? undefined : { end: i, alternatives: range, nested: false };
    }
  }
  return undefined;
}

function readRange(items: readonly Item[]): Item[][] | undefined {
  if (items.length > 60 || items.some((item) => typeof item !== 'string')) return undefined;
  const text = (items as readonly string[]).join('');
  const numbers = /^(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.(-?\d{1,9}))?$/.exec(text);
  if (numbers !== null) {
    const [from, to] = [Number(numbers[1]), Number(numbers[2])];
    const width =
      /^-?0\d/.test(numbers[1]!) || /^-?0\d/.test(numbers[2]!) ? Math.max(numbers[1]!.length, numbers[2]!.length) : 0;
    return series(from, to, Number(numbers[3] ?? 1)).map((value) => Array.from(pad(value, width)));
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,9}))?$/.exec(text);
  if (letters === null) return undefined;
  const [from, to] = [letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0)];
  return series(from, to, Number(letters[3] ?? 1)).map((code) => [String.fromCharCode(code)]);
}

function series(from: number, to: number, step: number): number[] {
  const by = Math.max(1, Math.abs(step));
  const values: number[] = [];
  if (from <= to)
    for (let value = from; value <= to && values.length < MAX_BRACE_WORDS; value += by) values.push(value);
  else for (let value = from; value >= to && values.length < MAX_BRACE_WORDS; value -= by) values.push(value);
  return values;
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}

function partsOf(items: readonly Item[]): WordPart[] {
  const parts: WordPart[] = [];
  let text = '';
  for (const item of items) {
    if (typeof item === 'string') text += item;
    else {
      if (text !== '') parts.push({ kind: 'text', text, quoted: false });
      text = '';
      parts.push(item);
    }
  }
  if (text !== '') parts.push({ kind: 'text', text, quoted: false });
  return parts;
}
