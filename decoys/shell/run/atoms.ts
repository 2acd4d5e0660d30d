/** A word while it is being expanded: pieces of text that know whether they were quoted, and where `"$@"` divides words. */
import { escapePattern } from './glob.ts';

export interface Atom {
  readonly text: string;
  /** Neither split nor a pattern. */
  readonly quoted: boolean;
  /** Came from an expansion outside quotes: split at IFS. */
  readonly split: boolean;
}

/** Between two arguments of `$@`. */
export const FIELD_BREAK = Symbol('field break');
export type Expanded = Atom | typeof FIELD_BREAK;

export interface Field {
  text: string;
  /** The text with everything quoted escaped, for matching. */
  pattern: string;
  /** Some part was quoted, so the field stays even when it is empty. */
  quoted: boolean;
}

/** Cuts what was expanded into fields. */
export function splitFields(atoms: readonly Expanded[], ifs: string): Field[] {
  const fields: Field[] = [];
  let current: Field | undefined;
  const white = Array.from(ifs)
    .filter((char) => char === ' ' || char === '\t' || char === '\n')
    .join('');
  let pendingDelimiter = false;
  const finish = (): void => {
    if (current !== undefined) fields.push(current);
    current = undefined;
    pendingDelimiter = false;
  };
  const append = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '', quoted: false };
    current.text += text;
    current.pattern += quoted ? escapePattern(text) : text.replaceAll('\\', '\\\\');
    current.quoted ||= quoted;
    pendingDelimiter = false;
  };
  for (const atom of atoms) {
    if (atom === FIELD_BREAK) {
      finish();
      continue;
    }
    if (!atom.split || ifs === '') {
      if (atom.quoted || atom.text !== '') append(atom.text, atom.quoted);
      continue;
    }
    let word = '';
    for (const char of atom.text) {
      if (!ifs.includes(char)) {
        word += char;
        continue;
      }
      if (word !== '') append(word, false);
      word = '';
      if (white.includes(char)) {
        if (current !== undefined) {
          finish();
          pendingDelimiter = true;
        }
      } else {
        // A delimiter that is no blank makes a field even of nothing; blanks around it belong to it.
        if (current === undefined && !pendingDelimiter) append('', true);
        finish();
      }
    }
    if (word !== '') append(word, false);
  }
  finish();
  return fields;
}
