/** File name patterns in time that is at most pattern times name: `*`, `?`, and `{a,b}` (vsftpd) or `[a-z]` (ProFTPD). */
const MAX_ALTERNATIVES = 64;

export function glob(pattern: string, name: string, kind: 'braces' | 'classes' = 'braces'): boolean {
  if (kind === 'classes') return matches(atomsOf(pattern), name);
  return alternatives(pattern).some((plain) => matches(Array.from(plain), name));
}

/** Characters, `*`, `?`, and whole classes. */
function atomsOf(pattern: string): readonly string[] {
  return pattern.match(/\[[^\]]+\]|\\.|./gs) ?? [];
}

/** Without braces; what is too much is taken as it stands. */
function alternatives(pattern: string): readonly string[] {
  let done = [''];
  let at = 0;
  while (at < pattern.length) {
    const open = pattern.indexOf('{', at);
    const close = open < 0 ? -1 : pattern.indexOf('}', open);
    if (close < 0) break;
    const choices = pattern
      .slice(open + 1, close)
      .split(',')
      .filter((choice) => choice !== '');
    if (done.length * choices.length > MAX_ALTERNATIVES) break;
    const before = pattern.slice(at, open);
    done = done.flatMap((start) => choices.map((choice) => start + before + choice));
    at = close + 1;
  }
  return done.map((start) => start + pattern.slice(at));
}

function matches(pattern: readonly string[], name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && fits(pattern[p]!, name[n]!)) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function fits(atom: string, letter: string): boolean {
  if (atom.length === 1) return atom === '?' || atom === letter;
  if (atom.startsWith('\\')) return atom[1] === letter;
  const negated = atom[1] === '!' || atom[1] === '^';
  const inside = atom.slice(negated ? 2 : 1, -1);
  let found = false;
  for (let i = 0; i < inside.length; i++) {
    const last = inside[i + 1] === '-' && i + 2 < inside.length ? inside[i + 2]! : inside[i]!;
    if (letter >= inside[i]! && letter <= last) found = true;
    if (last !== inside[i]) i += 2;
  }
  return found !== negated;
}
