/** `$name`, `${name…}` in all its forms. */
import type { ParameterPart } from '../lang/ast.types.ts';
import { type Expanded, FIELD_BREAK } from './atoms.ts';
import { AbandonLine, ExitShell } from './control-flow.ts';
import { arithmetic, expandParts, expandPattern, expandQuoted, expandText } from './expansion.ts';
import { compileGlob } from './glob.ts';
import { type FdTable, complain } from './redirection.ts';
import { printable } from './quoting.ts';
import type { ShellState } from './shell-state.ts';
import { allElements, allKeys, getElement, setElement } from './values.ts';
import { Variables } from './variables.ts';
import { expandPrompt } from './prompt.ts';

export async function expandParameter(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
  quoted: boolean,
): Promise<Expanded[]> {
  let name = part.name;
  let index = part.index?.raw;
  const one = (text: string): Expanded[] => [{ text, quoted, split: !quoted }];
  if (part.op?.startsWith('names') === true) {
    const names = shell.vars.names().filter((item) => item.startsWith(name));
    return list(shell, names, part.op.endsWith('@'), quoted);
  }
  if (part.indirect === true) {
    if (index === '@' || index === '*') return list(shell, allKeys(shell, name), index === '@', quoted);
    const variable = shell.vars.raw(name);
    if (variable?.nameref === true && index === undefined) return one(variable.value ?? '');
    const target = getElement(shell, name, index === undefined ? undefined : await indexText(shell, fds, part)) ?? '';
    const match = /^([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]+)(?:\[(.+)\])?$/.exec(target);
    if (match === null) {
      if (shell.vars.get(name) === undefined) complain(shell, fds, `${name}: invalid indirect expansion\n`);
      else complain(shell, fds, `${target}: invalid variable name\n`);
      throw new AbandonLine(1);
    }
    name = match[1]!;
    index = match[2];
  } else if (index !== undefined && index !== '@' && index !== '*') index = await indexText(shell, fds, part);
  const isList = name === '@' || name === '*' || index === '@' || index === '*';
  const asWords = name === '@' || index === '@';
  let values: readonly string[] | undefined;
  if (name === '@' || name === '*') values = shell.positional;
  else if (isList) values = allElements(shell, name);
  else {
    const value = getElement(shell, name, index);
    values = value === undefined ? undefined : [value];
  }
  if (part.length === true) {
    if (isList) return one(String(values?.length ?? 0));
    requireSet(shell, fds, part, values);
    return one(String(Array.from(values?.[0] ?? '').length));
  }
  const op = part.op;
  if (op !== undefined && /^:?[-=?+]$/.test(op))
    return substitute(shell, fds, part, op, name, index, values, isList, asWords, quoted);
  if (!isList) requireSet(shell, fds, part, values);
  if (op === undefined || values === undefined) {
    if (isList) return list(shell, values ?? [], asWords, quoted);
    return values === undefined ? one('') : one(values[0]!);
  }
  if (op === ':') values = await slice(shell, fds, part, name, values, isList);
  else values = await transform(shell, fds, part, op, name, values);
  return isList ? list(shell, values, asWords, quoted) : one(values[0] ?? '');
}

async function indexText(shell: ShellState, fds: FdTable, part: ParameterPart): Promise<string> {
  const text = await expandQuoted(shell, fds, part.index!);
  return shell.vars.get(part.name)?.assoc === undefined ? arithmetic(shell, fds, text).toString() : text;
}

function list(shell: ShellState, values: readonly string[], asWords: boolean, quoted: boolean): Expanded[] {
  if (quoted && !asWords) {
    if (values.length === 0) return [{ text: '', quoted: true, split: false }];
    return [{ text: values.join((shell.vars.text('IFS') ?? ' ').slice(0, 1)), quoted: true, split: false }];
  }
  const atoms: Expanded[] = [];
  values.forEach((text, at) => {
    if (at > 0) atoms.push(FIELD_BREAK);
    atoms.push({ text, quoted, split: !quoted });
  });
  return atoms;
}

function requireSet(shell: ShellState, fds: FdTable, part: ParameterPart, values: readonly string[] | undefined): void {
  if (values !== undefined || !shell.options.has('nounset')) return;
  complain(
    shell,
    fds,
    `${part.name}${part.index === undefined ? '' : `[${part.index.raw}]`}: ${shell.kind === 'dash' ? 'parameter not set' : 'unbound variable'}\n`,
  );
  throw shell.mode === 'interactive'
    ? new AbandonLine(1)
    : new ExitShell(shell.mode === 'command' && shell.subshellDepth === 0 ? 127 : 1);
}

async function substitute(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
  op: string,
  name: string,
  index: string | undefined,
  values: readonly string[] | undefined,
  isList: boolean,
  asWords: boolean,
  quoted: boolean,
): Promise<Expanded[]> {
  const kind = op.at(-1)!;
  const present = values !== undefined && (!isList || values.length > 0) && (op.length === 1 || values.join('') !== '');
  const argument = part.argument!;
  const replacement = async (): Promise<Expanded[]> => {
    const atoms = await expandParts(shell, fds, argument.parts, quoted);
    // Text of the word itself is split too, unlike text of a command line.
    return quoted
      ? atoms.length === 0
        ? [{ text: '', quoted: true, split: false }]
        : atoms
      : atoms.map((atom) => (atom === FIELD_BREAK || atom.quoted ? atom : { ...atom, split: true }));
  };
  if (kind === '+')
    return present ? replacement() : quoted && !isList ? [{ text: '', quoted: true, split: false }] : [];
  if (present) return isList ? list(shell, values, asWords, quoted) : [{ text: values[0]!, quoted, split: !quoted }];
  if (kind === '-') return replacement();
  if (kind === '=') {
    if (!/^[A-Za-z_]/.test(name)) {
      complain(shell, fds, `$${name}: cannot assign in this way\n`);
      throw new AbandonLine(1);
    }
    const text = await expandText(shell, fds, argument);
    const problem = setElement(shell, name, index, text);
    if (problem !== undefined) {
      complain(shell, fds, `${problem}\n`);
      throw new AbandonLine(1);
    }
    return [{ text, quoted, split: !quoted }];
  }
  const text =
    argument.raw === ''
      ? op.length === 2
        ? 'parameter null or not set'
        : 'parameter not set'
      : await expandText(shell, fds, argument);
  complain(shell, fds, `${part.name}: ${text}\n`);
  throw shell.mode === 'interactive'
    ? new AbandonLine(1)
    : new ExitShell(shell.mode === 'command' && shell.subshellDepth === 0 ? 127 : 1);
}

async function slice(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
  name: string,
  values: readonly string[],
  isList: boolean,
): Promise<readonly string[]> {
  const offset = Number(arithmetic(shell, fds, await expandQuoted(shell, fds, part.argument!)));
  const length =
    part.second === undefined ? undefined : Number(arithmetic(shell, fds, await expandQuoted(shell, fds, part.second)));
  const positional = name === '@' || name === '*';
  const variable = positional ? undefined : shell.vars.get(name);
  const items = isList ? (positional ? [shell.name, ...values] : values) : Array.from(values[0]!);
  let from = offset;
  if (isList && variable?.array !== undefined && offset >= 0)
    from = Variables.keys(variable).filter((key) => key < offset).length;
  if (offset < 0)
    from =
      isList && variable?.array !== undefined
        ? Variables.keys(variable).filter((key) => key < (Variables.keys(variable).at(-1) ?? 0) + 1 + offset).length
        : items.length + offset;
  if (from < 0 || from > items.length) return isList ? [] : [''];
  if (positional && offset === 0 && length === undefined) return items;
  let to = items.length;
  if (length !== undefined) {
    if (length < 0) {
      if (isList || items.length + length < from) {
        complain(shell, fds, `${part.second!.raw}: substring expression < 0\n`);
        throw new AbandonLine(1);
      }
      to = items.length + length;
    } else to = from + length;
  }
  const cut = items.slice(from, to);
  return isList ? cut : [cut.join('')];
}

async function transform(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
  op: string,
  name: string,
  values: readonly string[],
): Promise<readonly string[]> {
  if (op === '@') return transformed(shell, fds, part, name, values);
  const pattern = await expandPattern(shell, fds, part.argument!);
  const glob = compileGlob(pattern === '' && /^[,^]/.test(op) ? '?' : pattern, {
    ignoreCase: shell.shopts.has('nocasematch'),
    extglob: shell.shopts.has('extglob'),
  });
  if (op.startsWith('/')) {
    const replacement = part.second === undefined ? '' : await replacementText(shell, fds, part);
    return values.map((value) => replace(shell, value, glob, pattern, op, replacement));
  }
  return values.map((value) => {
    shell.session.budget.step(1 + (value.length >> 8));
    if (op.startsWith('#')) {
      const end = glob.prefix(value, 0, op === '##');
      return end < 0 ? value : value.slice(end);
    }
    if (op.startsWith('%')) return trimEnd(shell, value, glob, op === '%%');
    const upper = op.startsWith('^');
    const all = op.length === 2;
    return Array.from(value, (char, at) =>
      (all || at === 0) && glob.matches(char) ? (upper ? char.toUpperCase() : char.toLowerCase()) : char,
    ).join('');
  });
}

/** In a replacement an unquoted `&` stands for what matched; a backslash in front of a `&` keeps it. */
async function replacementText(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
): Promise<(match: string) => string> {
  const atoms = await expandParts(shell, fds, part.second!.parts, false);
  return (match) =>
    atoms
      .map((atom) => (atom === FIELD_BREAK ? ' ' : atom.quoted ? atom.text : atom.text.replaceAll('&', () => match)))
      .join('');
}

function replace(
  shell: ShellState,
  value: string,
  glob: ReturnType<typeof compileGlob>,
  pattern: string,
  op: string,
  replacement: string | ((match: string) => string),
): string {
  const text = (match: string): string => (typeof replacement === 'string' ? replacement : replacement(match));
  if (pattern === '' && op !== '/#' && op !== '/%') return value;
  if (op === '/#') {
    const end = glob.prefix(value, 0, true);
    return end < 0 ? value : text(value.slice(0, end)) + value.slice(end);
  }
  if (op === '/%') {
    for (let at = 0; at <= value.length; at++) {
      if (glob.prefix(value, at, true) === value.length) return value.slice(0, at) + text(value.slice(at));
    }
    return value;
  }
  let result = '';
  for (let at = 0; at < value.length;) {
    shell.session.budget.bytes(value.length);
    const end = glob.prefix(value, at, true);
    if (end > at) {
      result += text(value.slice(at, end));
      at = end;
      if (op === '/') return result + value.slice(at);
      if (result.length > 1_048_576) shell.session.budget.exhaust('memory');
    } else result += value[at++]!;
  }
  return result;
}

function trimEnd(shell: ShellState, value: string, glob: ReturnType<typeof compileGlob>, longest: boolean): string {
  const order = longest ? [0, 1] : [value.length, -1];
  for (let at = order[0]!; at >= 0 && at <= value.length; at += order[1]!) {
    if ((at & 255) === 255) shell.session.budget.step(1 + ((value.length - at) >> 10));
    if (glob.prefix(value, at, true) === value.length) return value.slice(0, at);
  }
  return value;
}

async function transformed(
  shell: ShellState,
  fds: FdTable,
  part: ParameterPart,
  name: string,
  values: readonly string[],
): Promise<readonly string[]> {
  const kind = part.argument?.raw ?? '';
  const variable = shell.vars.get(name);
  switch (kind) {
    case 'Q':
      return values.map((value) => printable(value, true));
    case 'U':
      return values.map((value) => value.toUpperCase());
    case 'L':
      return values.map((value) => value.toLowerCase());
    case 'u':
      return values.map((value) => value.slice(0, 1).toUpperCase() + value.slice(1));
    case 'E':
      return values;
    case 'P':
      return values.map((value) => expandPrompt(shell, value));
    case 'A':
      return values.map((value) =>
        variable?.exported === true
          ? `declare -x ${name}=${printable(value, true)}`
          : `${name}=${printable(value, true)}`,
      );
    case 'a':
      return [
        `${variable?.array !== undefined ? 'a' : ''}${variable?.assoc !== undefined ? 'A' : ''}${variable?.integer === true ? 'i' : ''}${variable?.readonly === true ? 'r' : ''}${variable?.exported === true ? 'x' : ''}`,
      ];
    default:
      complain(shell, fds, `${part.raw}: bad substitution\n`);
      throw new AbandonLine(1);
  }
}
