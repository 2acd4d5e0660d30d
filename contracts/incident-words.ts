/** The text filter of incident lists: one rule for the store's answers and for the console's live changes, so that both agree. */
import type { IncidentSummary } from './incident.ts';
import { describeScanner } from './scanner-words.ts';

/** Characters of a text filter that are looked at. */
export const MAX_FILTER_CHARS = 200;
/** Words that are looked for at once; further ones are ignored. */
const MAX_WORDS = 8;

/** A text filter as its words, in lower case. NUL parts words, too: databases end texts at it. */
export function wordsIn(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s\0]+/u)
    .filter(Boolean)
    .slice(0, MAX_WORDS);
}

/** What a text filter looks through: one line in lower case. */
export function searchText(incident: IncidentSummary): string {
  const { id, title, actor, addresses, scanner, severity, status, tactics, techniques } = incident;
  const who = scanner === undefined ? '' : describeScanner(scanner);
  return [title, who, actor, ...addresses, severity, status, ...tactics, ...techniques, id]
    .join(' ')
    .replaceAll('\0', ' ')
    .toLowerCase();
}

/** Whether each of the words stands somewhere in what a list shows of it. */
export function holdsWords(incident: IncidentSummary, text: string): boolean {
  const words = wordsIn(text);
  if (words.length === 0) return true;
  const within = searchText(incident);
  return words.every((word) => within.includes(word));
}
