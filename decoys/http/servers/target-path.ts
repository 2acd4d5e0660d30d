/** Takes the path out of what was asked for: escapes, dots and doubled slashes, as far as the three servers agree. */

export interface DecodedPath {
  readonly path: string;
  readonly query: string | undefined;
}

export interface PathRules {
  /** `#` ends the path, is refused, or stands for itself. */
  readonly fragment: 'cut' | 'refuse';
  /** What becomes of `%2f`: a slash, or nothing is found under it. */
  readonly encodedSlash: 'decode' | 'nothing';
  readonly encodedNull: 'refuse' | 'nothing';
  /** Escapes that are none. */
  readonly badEscape: 'refuse' | 'keep';
  /** Dots that lead above the root. */
  readonly above: 'refuse' | 'root';
  /** `//` is one slash to the file system anyway; here it is about what is seen. */
  readonly mergeSlashes: boolean;
}

/** @param target origin form. `nothing` where the server goes on and finds nothing there */
export function decodePath(target: string, rules: PathRules): DecodedPath | 'refuse' | 'nothing' {
  let text = target;
  const hash = text.indexOf('#');
  if (hash >= 0) {
    if (rules.fragment === 'refuse') return 'refuse';
    text = text.slice(0, hash);
  }
  const mark = text.indexOf('?');
  const query = mark < 0 ? undefined : text.slice(mark + 1);
  let path = mark < 0 ? text : text.slice(0, mark);
  let nothing = false;
  if (path.includes('%')) {
    if (rules.badEscape === 'refuse' && /%(?![0-9a-fA-F]{2})/.test(path)) return 'refuse';
    if (/%00/.test(path)) {
      if (rules.encodedNull === 'refuse') return 'refuse';
      nothing = true;
    }
    if (rules.encodedSlash === 'nothing' && /%2f/i.test(path)) nothing = true;
    path = path.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  if (path.includes('/.') || path.includes('//')) {
    const kept: string[] = [];
    const parts = path.split('/').slice(1);
    for (const [i, part] of parts.entries()) {
      const last = i === parts.length - 1;
      if (part === '' && !last && rules.mergeSlashes) continue;
      if (part === '.' || part === '..') {
        if (part === '..' && kept.pop() === undefined && rules.above === 'refuse') return 'refuse';
        if (last) kept.push('');
        continue;
      }
      kept.push(part);
    }
    path = `/${kept.join('/')}`;
  }
  return nothing ? 'nothing' : { path, query };
}
