/**
 * The command line that an scp client has the server's shell run (`scp -f -- '/etc/hosts' *.conf`), taken apart as bash would where it is
 * nothing but words: quotes, backslashes, `~` and file name patterns. Anything else is a matter of the shell.
 */
import type { FileSystem, FsUser } from '../../shell/shell.types.ts';
import { absolutePath } from '../sftp/sftp-paths.ts';
import { parseScpArguments } from './scp-arguments.ts';

const MAX_WORDS = 1000;
const MAX_MATCHES = 10_000;

/** A character of a word; `quoted` ones have no meaning to the shell. */
interface Letter {
  readonly text: string;
  readonly quoted: boolean;
}

/** The arguments for `ScpSession`, or undefined where this is no far end of scp or needs a real shell. */
export function scpCommandLine(
  command: string,
  fs: FileSystem,
  user: FsUser & { readonly home: string },
): readonly string[] | undefined {
  if (!/^(\/usr\/bin\/)?scp\s/.test(command)) return undefined;
  const words = splitWords(command);
  if (words === undefined) return undefined;
  const argv: string[] = [];
  for (const word of words) {
    const found = expand(word, fs, user);
    if (argv.length + found.length > MAX_WORDS + MAX_MATCHES) return undefined;
    argv.push(...found);
  }
  return parseScpArguments(argv).mode === undefined ? undefined : argv;
}

function splitWords(command: string): readonly Letter[][] | undefined {
  const words: Letter[][] = [];
  let word: Letter[] | undefined;
  for (let at = 0; at < command.length; at++) {
    const text = command[at]!;
    if (text === ' ' || text === '\t') {
      word = undefined;
      continue;
    }
    if (word === undefined) {
      if (words.length >= MAX_WORDS) return undefined;
      words.push((word = []));
    }
    if (text === "'") {
      const end = command.indexOf("'", at + 1);
      if (end < 0) return undefined;
      // Also where nothing stands between them: an empty word is one.
      for (const inside of command.slice(at + 1, end)) word.push({ text: inside, quoted: true });
      at = end;
    } else if (text === '"') {
      for (at++; command[at] !== '"'; at++) {
        const inside = command[at];
        if (inside === undefined || inside === '$' || inside === '`') return undefined;
        if (inside === '\\' && '"\\$`'.includes(command[at + 1] ?? ' ')) at++;
        word.push({ text: command[at]!, quoted: true });
      }
    } else if (text === '\\') {
      const next = command[++at];
      if (next === undefined || next === '\n') return undefined;
      word.push({ text: next, quoted: true });
    } else if ('$`;|&<>()!{}#\n'.includes(text)) return undefined;
    else word.push({ text, quoted: false });
  }
  return words;
}

function expand(word: readonly Letter[], fs: FileSystem, user: FsUser & { readonly home: string }): string[] {
  const plain = word.map((letter) => letter.text).join('');
  const isHome = word[0]?.text === '~' && !word[0].quoted && (word.length === 1 || word[1]?.text === '/');
  const text = isHome ? user.home + plain.slice(1) : plain;
  if (!word.some(({ text: letter, quoted }) => !quoted && '*?['.includes(letter))) return [text];
  const letters = isHome
    ? [...Array.from(user.home, (letter) => ({ text: letter, quoted: true })), ...word.slice(1)]
    : word;
  const matches = match(letters, fs, user);
  return matches.length === 0 ? [text] : matches.sort();
}

/** Paths that a pattern stands for, component by component. */
function match(word: readonly Letter[], fs: FileSystem, user: FsUser & { readonly home: string }): string[] {
  const parts: Letter[][] = [[]];
  for (const letter of word) {
    if (letter.text === '/') parts.push([]);
    else parts.at(-1)!.push(letter);
  }
  let found: string[] = [''];
  for (const [index, part] of parts.entries()) {
    const join = (base: string, name: string): string => (index === 0 ? name : `${base}/${name}`);
    if (!part.some(({ text, quoted }) => !quoted && '*?['.includes(text))) {
      const name = part.map((letter) => letter.text).join('');
      found = found.map((base) => join(base, name));
      continue;
    }
    const pattern = patternOf(part);
    const next: string[] = [];
    for (const base of found) {
      const folder = absolutePath(index === 0 ? '.' : base === '' ? '/' : base, user.home);
      const names = folder.ok ? fs.list(folder.value, user) : folder;
      if (!names.ok) continue;
      for (const name of names.value) {
        if (name.startsWith('.') && part[0]?.text !== '.') continue;
        if (pattern.test(name) && next.length < MAX_MATCHES) next.push(join(base, name));
      }
    }
    found = next;
  }
  return found.filter((path) => {
    const at = absolutePath(path, user.home);
    return at.ok && fs.lstat(at.value, user).ok;
  });
}

/** Runs of `*` are one, so that no name takes long to refuse. */
function patternOf(part: readonly Letter[]): RegExp {
  let source = '';
  let stars = 0;
  for (let at = 0; at < part.length; at++) {
    const { text, quoted } = part[at]!;
    if (!quoted && text === '*') {
      if (!source.endsWith('[^]*')) source += ++stars > 8 ? '[^]' : '[^]*';
    } else if (!quoted && text === '?') source += '[^]';
    else if (!quoted && text === '[') {
      const end = part.findIndex((letter, i) => i > at + 1 && letter.text === ']' && !letter.quoted);
      if (end < 0) source += '\\[';
      else {
        const inside = part
          .slice(at + 1, end)
          .map((letter) => letter.text)
          .join('');
        const negated = /^[!^]/.test(inside);
        source += `[${negated ? '^' : ''}${inside.slice(negated ? 1 : 0).replace(/[\\\]^[]/g, '\\$&')}]`;
        at = end;
      }
    } else source += text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A range such as `[z-a]` matches nothing.
    return /[^\s\S]/;
  }
}
