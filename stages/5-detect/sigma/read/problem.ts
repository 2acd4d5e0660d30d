/** What is wrong with a document and where in it, until the file and the line are known; and what the author may have meant. */

/** Keys and indexes from the document's root. */
export type Path = readonly (string | number)[];

/** Thrown while a document is read; becomes a `RuleError`. */
export class RuleProblem extends Error {
  readonly path: Path;

  /** @param message one sentence: what is wrong, and what to write instead */
  constructor(path: Path, message: string) {
    super(brief(message));
    this.name = 'RuleProblem';
    this.path = path;
  }
}

/** A placeholder without values: the rule is good, and cannot match here. */
export class UnfilledPlaceholder extends RuleProblem {
  constructor(path: Path, message: string) {
    super(path, message);
    this.name = 'UnfilledPlaceholder';
  }
}

const longestQuote = 80;
const longestMessage = 1000;

/** What parsers and engines complain with repeats what the file says, however long. */
export function brief(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}

/** A text of the document as part of a message: short and on one line. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
  return `\`${short.replaceAll(/\s+/g, ' ')}\``;
}

/** ` (did you mean …?)` when one of the known words is near; else nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(word.length / 3) + 1);
  if (word.length > longestQuote) return '';
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === undefined ? '' : ` (did you mean \`${best}\`?)`;
}

/** Levenshtein's, given up once it reaches `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
