/** Redis' glob patterns: `*`, `?`, `[a-z]`, `[^x]`, `\x`. In time of pattern times text, whatever the pattern. */
const ANY = -1;
const MAX_PATTERN = 4096;

interface Atom {
  /** A character's code, or `ANY` for `*`. */
  readonly code: number;
  readonly matches?: (code: number) => boolean;
}

/** A test for whole strings. */
export function globTest(pattern: string, ignoreCase = false): (text: string) => boolean {
  if (pattern === '*') return () => true;
  const atoms = parse(ignoreCase ? pattern.toLowerCase() : pattern);
  return (text) => run(atoms, ignoreCase ? text.toLowerCase() : text);
}

function run(atoms: readonly Atom[], text: string): boolean {
  let atom = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const now = atoms[atom];
    if (now !== undefined && now.code === ANY) {
      star = atom++;
      starAt = at;
    } else if (
      now !== undefined &&
      (now.matches === undefined ? now.code === text.charCodeAt(at) : now.matches(text.charCodeAt(at)))
    ) {
      atom++;
      at++;
    } else if (star >= 0) {
      atom = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (atoms[atom]?.code === ANY) atom++;
  return atom === atoms.length;
}

function parse(whole: string): Atom[] {
  const atoms: Atom[] = [];
  const pattern = whole.slice(0, MAX_PATTERN);
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at]!;
    if (c === '*') {
      if (atoms.at(-1)?.code !== ANY) atoms.push({ code: ANY });
    } else if (c === '?') atoms.push({ code: 0, matches: () => true });
    else if (c === '[') {
      const set = parseSet(pattern, at + 1);
      atoms.push({ code: 0, matches: set.matches });
      at = set.end;
    } else {
      if (c === '\\' && at + 1 < pattern.length) at++;
      atoms.push({ code: pattern.charCodeAt(at) });
    }
  }
  return atoms;
}

function parseSet(
  pattern: string,
  start: number,
): { readonly matches: (code: number) => boolean; readonly end: number } {
  let at = start;
  const negated = pattern[at] === '^';
  if (negated) at++;
  const ranges: [number, number][] = [];
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\' && at + 1 < pattern.length) at++;
    const from = pattern.charCodeAt(at);
    if (pattern[at + 1] === '-' && at + 2 < pattern.length && pattern[at + 2] !== ']') {
      const to = pattern.charCodeAt(at + 2);
      ranges.push([Math.min(from, to), Math.max(from, to)]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return { matches: (code) => ranges.some(([from, to]) => code >= from && code <= to) !== negated, end: at };
}
