/** Collections of Sigma 1, still in use: `action: global` holds for the documents after it, `reset` ends that, `repeat` adds to the one before. */
import { isRecord } from '../event.ts';
import type { Document } from './shape.ts';

/** The documents with what others say for them, and where each stands in its file. */
export function mergeGlobal(documents: readonly unknown[]): { document: unknown; index: number }[] {
  let global: Document = {};
  let last: Document = {};
  const merged: { document: unknown; index: number }[] = [];
  for (const [index, document] of documents.entries()) {
    const action = isRecord(document) ? document['action'] : undefined;
    if (!isRecord(document) || (action !== undefined && typeof action !== 'string')) {
      merged.push({ document, index });
      continue;
    }
    const { action: _, ...own } = document;
    if (action === 'global') global = merge(global, own);
    else if (action === 'reset') global = {};
    else {
      last = merge(action === 'repeat' ? last : global, action === 'repeat' || action === undefined ? own : document);
      merged.push({ document: last, index });
    }
  }
  return merged;
}

/** The second's values count; maps are merged. */
function merge(first: Document, second: Document): Document {
  if (Object.keys(first).length === 0) return second;
  const both: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = both[key];
    both[key] = isRecord(before) && isRecord(value) ? merge(before, value) : value;
  }
  return both;
}
