/** Expands words as bash does: braces, tilde, parameters, commands, arithmetic, then splitting, file names and quote removal. */
import type { Word, WordPart } from '../lang/ast.types.ts';
import { ShellSyntaxError } from '../lang/syntax-error.ts';
import { Parser } from '../lang/parser.ts';
import { AbandonLine, Killed } from './control-flow.ts';
import { type ArithmeticVariables, ArithmeticError, evaluateArithmetic } from './arithmetic.ts';
import { type Atom, type Expanded, FIELD_BREAK, splitFields } from './atoms.ts';
import { MAX_BRACE_WORDS, expandBraces } from './brace-expansion.ts';
import { escapePattern, hasMagic } from './glob.ts';
import { commandOutput, processFile } from './subshell.ts';
import { expandParameter } from './parameter-expansion.ts';
import { fileNames } from './path-glob.ts';
import type { ShellState } from './shell-state.ts';
import type { FdTable } from './redirection.ts';
import { complain } from './redirection.ts';
import { getElement, setElement } from './values.ts';

const MAX_FIELDS = 20_000;
const MAX_TEXT = 1024 * 1024;

/** Words as the arguments of a command. */
export async function expandWords(shell: ShellState, fds: FdTable, words: readonly Word[]): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const only = word.parts.length === 1 ? word.parts[0] : undefined;
    if (only?.kind === 'text' && (only.quoted || !/[~*?[{\\+@!]/.test(only.text))) {
      fields.push(only.text);
      continue;
    }
    const variants = shell.options.has('braceexpand') && shell.kind === 'bash' ? expandBraces(word) : [word];
    if (variants.length >= MAX_BRACE_WORDS) shell.session.budget.exhaust('arguments');
    for (const variant of variants) await expandOne(shell, fds, variant, fields);
    if (fields.length > MAX_FIELDS) shell.session.budget.exhaust('arguments');
  }
  return fields;
}

async function expandOne(shell: ShellState, fds: FdTable, word: Word, fields: string[]): Promise<void> {
  shell.session.budget.step();
  const atoms = await expandParts(shell, fds, withTilde(shell, word.parts, false), false);
  const ifs = shell.vars.text('IFS') ?? ' \t\n';
  for (const field of splitFields(atoms, ifs)) {
    if (!shell.options.has('noglob') && hasMagic(field.pattern)) {
      const names = fileNames(shell, field.pattern);
      if (names.length > 0) fields.push(...names);
      else if (shell.shopts.has('failglob')) {
        complain(shell, fds, `no match: ${field.text}\n`);
        throw new AbandonLine(1);
      } else if (!shell.shopts.has('nullglob')) fields.push(field.text);
    } else fields.push(field.text);
    checkSize(shell, field.text);
  }
}

/** A word as one text: of assignments, `case`, here-strings, redirections. */
export async function expandText(shell: ShellState, fds: FdTable, word: Word, assignment = false): Promise<string> {
  const only = word.parts.length === 1 ? word.parts[0] : undefined;
  if (word.parts.length === 0) return '';
  if (only?.kind === 'text' && (only.quoted || !only.text.includes('~'))) return only.text;
  shell.session.budget.step();
  const atoms = await expandParts(shell, fds, withTilde(shell, word.parts, assignment), false);
  return checkSize(shell, joined(atoms));
}

/** The inside of double quotes or a here-document: no tilde, no splitting. */
export async function expandQuoted(shell: ShellState, fds: FdTable, word: Word): Promise<string> {
  return checkSize(shell, joined(await expandParts(shell, fds, word.parts, true)));
}

/** A word as a pattern: what was quoted is escaped. */
export async function expandPattern(shell: ShellState, fds: FdTable, word: Word): Promise<string> {
  shell.session.budget.step();
  const atoms = await expandParts(shell, fds, withTilde(shell, word.parts, false), false);
  let pattern = '';
  for (const atom of atoms) pattern += atom === FIELD_BREAK ? ' ' : atom.quoted ? escapePattern(atom.text) : atom.text;
  return checkSize(shell, pattern);
}

/** The right side of `=~`: what was quoted is taken literally by the regular expression. */
export async function expandRegex(shell: ShellState, fds: FdTable, word: Word): Promise<string> {
  const atoms = await expandParts(shell, fds, withTilde(shell, word.parts, false), false);
  return atoms
    .map((atom) =>
      atom === FIELD_BREAK ? ' ' : atom.quoted ? atom.text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') : atom.text,
    )
    .join('');
}

export async function expandArithmetic(shell: ShellState, fds: FdTable, word: Word): Promise<bigint> {
  return arithmetic(shell, fds, await expandQuoted(shell, fds, word));
}

/** @throws AbandonLine after the error text, as bash drops the line. */
export function arithmetic(shell: ShellState, fds: FdTable, text: string, introduced = ''): bigint {
  shell.session.budget.step(1 + (text.length >> 6));
  try {
    return evaluateArithmetic(text, arithmeticVariables(shell, fds));
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    complain(shell, fds, `${introduced}${error.message}\n`);
    throw new AbandonLine(1);
  }
}

export function arithmeticVariables(shell: ShellState, fds: FdTable): ArithmeticVariables {
  const unsetCheck = (name: string): void => {
    if (
      shell.options.has('nounset') &&
      shell.vars.get(name) === undefined &&
      getElement(shell, name, undefined) === undefined
    ) {
      complain(shell, fds, `${name}: unbound variable\n`);
      throw new AbandonLine(1);
    }
  };
  return {
    get: (name, index) => {
      shell.session.budget.step();
      unsetCheck(name);
      return getElement(shell, name, index) ?? '';
    },
    set: (name, index, value) => {
      shell.session.budget.step();
      const problem = setElement(shell, name, index, value);
      if (problem === undefined) return;
      complain(shell, fds, `${problem}\n`);
      throw new AbandonLine(1);
    },
  };
}

export async function expandParts(
  shell: ShellState,
  fds: FdTable,
  parts: readonly WordPart[],
  quoted: boolean,
): Promise<Expanded[]> {
  const atoms: Expanded[] = [];
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        atoms.push({ text: part.text, quoted: quoted || part.quoted, split: false });
        break;
      case 'double': {
        const inner = await expandParts(shell, fds, part.parts, true);
        // `"$@"` of nothing is nothing, but `""` is an empty word.
        const nothing =
          inner.length === 0 &&
          part.parts.some((item) => item.kind === 'parameter' && (item.name === '@' || item.index !== undefined));
        if (inner.length === 0 && !nothing) atoms.push({ text: '', quoted: true, split: false });
        atoms.push(...inner);
        break;
      }
      case 'parameter':
        atoms.push(...(await expandParameter(shell, fds, part, quoted)));
        break;
      case 'command':
        atoms.push(result(await commandOutput(shell, fds, part.body), quoted));
        break;
      case 'backtick':
        atoms.push(result(await backtickOutput(shell, fds, part.source, part.line), quoted));
        break;
      case 'arithmetic':
        atoms.push(result((await expandArithmetic(shell, fds, part.expression)).toString(), quoted));
        break;
      case 'process':
        atoms.push({ text: await processFile(shell, fds, part.direction, part.body), quoted: true, split: false });
        break;
      case 'bad':
        complain(shell, fds, `${part.raw}: bad substitution\n`);
        throw new AbandonLine(1);
    }
  }
  return atoms;
}

async function backtickOutput(shell: ShellState, fds: FdTable, source: string, line: number): Promise<string> {
  const parser = new Parser(source, { aliases: shell.aliases, line, extglob: shell.shopts.has('extglob') });
  const items = [];
  try {
    for (let list = parser.next(); list !== undefined; list = parser.next()) items.push(...list.items);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    if (shell.kind === 'dash') {
      const token = /near unexpected token `(.*)'/.exec(error.message)?.[1];
      complain(
        shell,
        fds,
        `Syntax error: ${token === undefined ? 'end of file unexpected' : `"${token}" unexpected`}\n`,
      );
      throw new AbandonLine(2);
    }
    complain(shell, fds, `command substitution: line ${error.line}: ${error.message}\n`);
    return '';
  }
  return commandOutput(shell, fds, { items });
}

function result(text: string, quoted: boolean): Atom {
  return { text, quoted, split: !quoted };
}

function joined(atoms: readonly Expanded[]): string {
  let text = '';
  for (const atom of atoms) text += atom === FIELD_BREAK ? ' ' : atom.text;
  return text;
}

function checkSize(shell: ShellState, text: string): string {
  if (text.length > MAX_TEXT) {
    shell.session.budget.bounded('memory');
    throw new Killed('KILL');
  }
  shell.session.budget.bytes(text.length);
  return text;
}

/** `~`, `~user`, `~+`, `~-` at the start of a word, and after `=` and `:` in assignments. */
function withTilde(shell: ShellState, parts: readonly WordPart[], assignment: boolean): readonly WordPart[] {
  if (!parts.some((part) => part.kind === 'text' && !part.quoted && part.text.includes('~'))) return parts;
  return parts.flatMap((part, at): WordPart[] => {
    if (part.kind !== 'text' || part.quoted || !part.text.includes('~')) return [part];
    const result: WordPart[] = [];
    const pieces = assignment ? part.text.split(/(?<=:)/) : [part.text];
    pieces.forEach((piece, i) => {
      const home =
        piece.startsWith('~') && (i > 0 || at === 0)
          ? tilde(shell, piece, at === parts.length - 1 || piece.includes('/'))
          : undefined;
      if (home === undefined) result.push({ kind: 'text', text: piece, quoted: false });
      else {
        result.push({ kind: 'text', text: home.path, quoted: true });
        if (home.rest !== '') result.push({ kind: 'text', text: home.rest, quoted: false });
      }
    });
    return result;
  });
}

function tilde(shell: ShellState, text: string, ends: boolean): { path: string; rest: string } | undefined {
  const match = /^~([^/:]*)/.exec(text)!;
  if (!ends && match[0].length === text.length) return undefined;
  const rest = text.slice(match[0].length);
  const name = match[1]!;
  if (name === '') return { path: shell.vars.text('HOME') ?? shell.user.home, rest };
  if (name === '+') return { path: shell.cwd, rest };
  if (name === '-') {
    const old = shell.vars.text('OLDPWD');
    return old === undefined ? undefined : { path: old, rest };
  }
  const user = /^[a-z_][a-z0-9_-]*$/i.test(name) ? shell.session.machine.user(name) : undefined;
  return user === undefined ? undefined : { path: user.home, rest };
}
