/** LIKE and regular expressions over what an attacker wrote, in time that stays bounded. */

/** LIKE by steps, so that no pattern takes more than its length times the text's. */
export function likeMatches(text: string, pattern: string, escape: string): boolean {
  /** `any`, `one`, or a character after `=`. */
  const parts: string[] = [];
  const literal = (c: string): void => void parts.push(`=${c}`);
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === escape && i + 1 < pattern.length) literal(pattern[++i]!);
    else if (c === '%') {
      if (parts.at(-1) !== 'any') parts.push('any');
    } else if (c === '_') parts.push('one');
    else literal(c);
  }
  let at = 0;
  let part = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    const want = parts[part];
    if (want === 'any') {
      star = part++;
      mark = at;
    } else if (want === 'one' || (want !== undefined && want === `=${text[at]}`)) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++mark;
    } else return false;
  }
  while (parts[part] === 'any') part++;
  return part === parts.length;
}

const MAX_PATTERN = 1000;
const MAX_SUBJECT = 4000;

/** Patterns that could take for ever are not tried: they match nothing. */
export function regexpMatches(text: string, pattern: string, caseless: boolean): boolean {
  const compiled = regexp(pattern, caseless ? 'i' : '');
  return compiled !== undefined && compiled.test(text.slice(0, MAX_SUBJECT));
}

export function regexp(pattern: string, flags: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const js = pattern
    .replaceAll('[[:<:]]', '\\b')
    .replaceAll('[[:>:]]', '\\b')
    .replaceAll('[:alnum:]', 'A-Za-z0-9')
    .replaceAll('[:alpha:]', 'A-Za-z')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:xdigit:]', '0-9A-Fa-f')
    .replaceAll('[:punct:]', '!-\\/:-@\\[-`{-~');
  if (isCostly(js)) return undefined;
  try {
    return new RegExp(js, flags);
  } catch {
    return undefined;
  }
}

/** A repetition of what repeats, or many repetitions one after the other: a backtracking engine may not come back from those. */
export function isCostly(pattern: string): boolean {
  return (
    /\([^()]*[*+{][^()]*\)[*+{]/.test(pattern) ||
    /\([^()]*\|[^()]*\)[*+{]/.test(pattern) ||
    (pattern.match(/[*+{]/g)?.length ?? 0) > 8 ||
    /\\[1-9]/.test(pattern)
  );
}
