/** A decoy's entry in the configuration's YAML, changed with nothing else of the text: comments and order stay. */
import { parseDocument, type Document } from 'yaml';
import type { Change } from './decoy-form.ts';

/** An entry as the file has it. */
export type Entry = Readonly<Record<string, unknown>>;

export interface Standing {
  /** Where the entry stands in `decoys`. */
  readonly index: number;
  readonly entry: Entry;
}

/**
 * @param unwritten the entries that are in force where the file names neither decoys nor personas
 * @returns undefined where the file has no entry of this id: then it is a part of a machine in `personas`
 */
export function standingOf(text: string, id: string, unwritten: readonly Entry[]): Standing | undefined {
  const entries = entriesOf(parseDocument(text), unwritten);
  const index = entries.findIndex((entry) => entry['id'] === id);
  return index < 0 ? undefined : { index, entry: entries[index]! };
}

/** The text with these changes of the entry. */
export function changedText(
  text: string,
  index: number,
  changes: readonly Change[],
  unwritten: readonly Entry[],
): string {
  const doc = parseDocument(text);
  if (!doc.has('decoys')) doc.set('decoys', doc.createNode(entriesOf(doc, unwritten)));
  for (const { path, value } of changes) {
    const place = ['decoys', index, ...path];
    if (value === undefined) {
      if (doc.hasIn(place)) doc.deleteIn(place);
    } else doc.setIn(place, doc.createNode(value));
  }
  return doc.toString({ lineWidth: 0 });
}

function entriesOf(doc: Document, unwritten: readonly Entry[]): readonly Entry[] {
  const all = (doc.toJS({ maxAliasCount: 20 }) ?? {}) as Readonly<Record<string, unknown>>;
  const { decoys, personas } = all;
  if (Array.isArray(decoys)) return decoys as Entry[];
  return Array.isArray(personas) && personas.length > 0 ? [] : unwritten;
}
