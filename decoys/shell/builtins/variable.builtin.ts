/** `export`, `declare`, `local`, `readonly`, `unset`, `shift`, `let`, `getopts`. */
import { arithmetic } from '../run/expansion.ts';
import { doubleQuoted } from '../run/quoting.ts';
import { assign } from '../run/simple-command.ts';
import { getElement, indexNumber, setElement } from '../run/values.ts';
import { type Variable, Variables } from '../run/variables.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { badOption, complainUsage, fail, isName, print } from './report.ts';

const DECLARE_USAGE = 'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]';

function describe(name: string, variable: Variable): string {
  let flags = '';
  if (variable.array !== undefined) flags += 'a';
  if (variable.assoc !== undefined) flags += 'A';
  if (variable.integer) flags += 'i';
  if (variable.nameref) flags += 'n';
  if (variable.readonly) flags += 'r';
  if (variable.exported) flags += 'x';
  if (variable.case === 'lower') flags += 'l';
  if (variable.case === 'upper') flags += 'u';
  return `declare -${flags === '' ? '-' : flags} ${name}${valueText(variable)}\n`;
}

function valueText(variable: Variable): string {
  if (variable.array !== undefined)
    return `=(${Variables.keys(variable)
      .map((key) => `[${key}]=${doubleQuoted(variable.array!.get(key)!)}`)
      .join(' ')})`;
  if (variable.assoc !== undefined)
    return `=(${[...variable.assoc].map(([key, value]) => `[${/^\w+$/.test(key) ? key : doubleQuoted(key)}]=${doubleQuoted(value)} `).join('')})`;
  return variable.value === undefined ? '' : `=${doubleQuoted(variable.value)}`;
}

/** The attributes of `declare` and its kin, set with `-` and taken away with `+`. */
function declarer(kind: 'declare' | 'local' | 'export' | 'readonly'): Builtin {
  return async (ctx) => {
    const { shell } = ctx;
    const on = new Set<string>();
    const off = new Set<string>();
    let at = 1;
    for (; at < ctx.argv.length && /^[-+]./.test(ctx.argv[at]!); at++) {
      const word = ctx.argv[at]!;
      if (word === '--') {
        at++;
        break;
      }
      for (const letter of word.slice(1)) {
        if (!'aAfFgiIlnrtuxp'.includes(letter))
          return badOption(
            ctx,
            `${word[0]}${letter}`,
            kind === 'export'
              ? 'export [-fn] [name[=value] ...] or export -p'
              : kind === 'readonly'
                ? 'readonly [-aAf] [name[=value] ...] or readonly -p'
                : DECLARE_USAGE.replaceAll('declare', ctx.argv[0]!),
          );
        (word.startsWith('-') ? on : off).add(letter);
      }
    }
    const words = ctx.argv.slice(at);
    if (kind === 'local' && shell.callStack.every((item) => item.name.startsWith('source:')))
      return fail(ctx, 'can only be used in a function');
    if (on.has('f') || on.has('F')) return listFunctions(ctx, words, on.has('F'));
    if (words.length === 0 || (on.has('p') && kind === 'declare')) return list(ctx, kind, on, words);
    let status = 0;
    for (const word of words) {
      const failed = await declareOne(ctx, kind, word, on, off);
      if (failed !== 0) status = failed;
    }
    shell.pendingArrays = undefined;
    return status;
  };
}

async function declareOne(
  ctx: BuiltinContext,
  kind: string,
  word: string,
  on: Set<string>,
  off: Set<string>,
): Promise<number> {
  const { shell } = ctx;
  const match = /^([^=+[]*)(?:\[((?:[^\]]|\](?!\+?=))*)\])?(\+?)(?:=([\s\S]*))?$/.exec(word);
  const name = match?.[1] ?? '';
  if (match === null || !isName(name) || (match[3] === '+' && match[4] === undefined))
    return fail(ctx, `\`${word}': not a valid identifier`);
  const inFunction = shell.callStack.some((item) => !item.name.startsWith('source:'));
  const variable =
    kind === 'local' || (kind === 'declare' && inFunction && !on.has('g'))
      ? shell.vars.local(name)
      : on.has('n')
        ? (shell.vars.raw(name) ?? shell.vars.declare(name))
        : shell.vars.declare(name);
  if (variable.readonly && (match[4] !== undefined || shell.pendingArrays?.has(name) === true || off.has('r')))
    return fail(ctx, `${name}: readonly variable`);
  if (on.has('A') && variable.assoc === undefined) {
    variable.assoc = new Map();
    variable.value = undefined;
  }
  if (on.has('a') && variable.array === undefined && variable.assoc === undefined) {
    variable.array = new Map(variable.value === undefined ? [] : [[0, variable.value]]);
    variable.value = undefined;
  }
  if (on.has('i')) variable.integer = true;
  if (off.has('i')) variable.integer = false;
  if (on.has('l')) variable.case = 'lower';
  if (on.has('u')) variable.case = 'upper';
  if (off.has('l') || off.has('u')) variable.case = undefined;
  const pending = shell.pendingArrays?.get(name);
  if (pending !== undefined) {
    if ((await assign(shell, ctx.fds, pending)) === undefined) return 1;
  } else if (match[4] !== undefined) {
    if (on.has('n')) variable.value = match[4];
    else {
      const problem = setElement(shell, name, match[2], match[4], match[3] === '+');
      if (problem !== undefined) return fail(ctx, problem);
    }
  }
  if (on.has('n')) variable.nameref = kind !== 'export';
  if (kind === 'export' && on.has('n')) variable.exported = false;
  else if (kind === 'export' || on.has('x')) variable.exported = true;
  if (off.has('x')) variable.exported = false;
  if (kind === 'readonly' || on.has('r')) variable.readonly = true;
  return 0;
}

function list(ctx: BuiltinContext, kind: string, on: Set<string>, words: readonly string[]): number {
  const { vars } = ctx.shell;
  let status = 0;
  if (words.length > 0) {
    for (const name of words) {
      const variable = vars.raw(name);
      if (variable === undefined) status = fail(ctx, `${name}: not found`);
      else print(ctx, describe(name, variable));
    }
    return status;
  }
  for (const name of vars.names()) {
    const variable = vars.raw(name)!;
    if (kind === 'export' && !variable.exported) continue;
    if (kind === 'readonly' && !variable.readonly) continue;
    if ([...on].some((flag) => flag !== 'p' && !describe(name, variable).split(' ')[1]!.includes(flag))) continue;
    if (kind === 'declare' && on.size === 0)
      print(ctx, `${name}${valueText(variable).replace(/^="([^"\s$`\\]*)"$/, '=$1')}\n`);
    else
      print(
        ctx,
        ctx.shell.kind === 'dash'
          ? `${kind} ${name}${valueText(variable).replace(/"/g, "'")}\n`
          : describe(name, variable),
      );
  }
  return 0;
}

function listFunctions(ctx: BuiltinContext, words: readonly string[], namesOnly: boolean): number {
  const names = words.length > 0 ? words : [...ctx.shell.functions.keys()].sort();
  let status = 0;
  for (const name of names) {
    const definition = ctx.shell.functions.get(name);
    if (definition === undefined) status = 1;
    else if (namesOnly) print(ctx, words.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else print(ctx, `${functionText(name, definition.source)}\n`);
  }
  return status;
}

/** A function as bash lists it: the body on lines of its own. */
export function functionText(name: string, source: string): string {
  const body = source.slice(source.search(/[{(](?![)\s]*\))/)).trim();
  const inner = body.startsWith('{') && body.endsWith('}') ? body.slice(1, -1).trim().replace(/;$/, '') : body;
  const lines = inner
    .split(/\n|;(?= )/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return `${name} () \n{ \n${lines.map((line, at) => `    ${line}${at < lines.length - 1 ? ';' : ''}`).join('\n')}\n}`;
}

const unset: Builtin = (ctx) => {
  const { shell } = ctx;
  let mode = '';
  let at = 1;
  for (; at < ctx.argv.length && /^-[fvn]+$/.test(ctx.argv[at]!); at++) mode = ctx.argv[at]![1]!;
  let status = 0;
  for (const word of ctx.argv.slice(at)) {
    const element = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(word);
    if (element !== null) {
      const variable = shell.vars.get(element[1]!);
      if (element[2] === '@' || element[2] === '*') shell.vars.unset(element[1]!);
      else if (variable?.assoc !== undefined) variable.assoc.delete(element[2]!);
      else {
        let index = Number(indexNumber(shell, element[2]!));
        if (index < 0 && variable !== undefined) index += (Variables.keys(variable).at(-1) ?? -1) + 1;
        variable?.array?.delete(index);
      }
      continue;
    }
    if (mode === 'v' && !isName(word)) {
      status = fail(ctx, `\`${word}': not a valid identifier`);
      continue;
    }
    const variable = mode === 'f' ? undefined : shell.vars.get(word);
    if (variable?.readonly === true) status = fail(ctx, `${word}: cannot unset: readonly variable`);
    else if (variable !== undefined) shell.vars.unset(word);
    else if (mode !== 'v') shell.functions.delete(word);
  }
  return status;
};

const shift: Builtin = (ctx) => {
  const text = ctx.argv[1] ?? '1';
  if (!/^[-+]?\d+$/.test(text)) return fail(ctx, `${text}: numeric argument required`);
  const count = Number(text);
  if (count < 0) return fail(ctx, `${text}: shift count out of range`);
  if (count > ctx.shell.positional.length) return 1;
  ctx.shell.positional = ctx.shell.positional.slice(count);
  return 0;
};

const evaluateLet: Builtin = (ctx) => {
  if (ctx.argv.length === 1) return fail(ctx, 'expression expected');
  let value = 0n;
  for (const text of ctx.argv.slice(1)) value = arithmetic(ctx.shell, ctx.fds, text, 'let: ');
  return value === 0n ? 1 : 0;
};

const getopts: Builtin = (ctx) => {
  const { shell } = ctx;
  const [, spec, name, ...given] = ctx.argv;
  if (spec === undefined || name === undefined) {
    complainUsage(ctx, 'getopts optstring name [arg ...]');
    return 2;
  }
  const args = given.length > 0 ? given : shell.positional;
  let index = Math.max(1, Number(getElement(shell, 'OPTIND', undefined) ?? 1) || 1);
  const end = (): number => {
    shell.vars.set('OPTIND', String(index));
    setElement(shell, name, undefined, '?');
    shell.getoptsAt = 0;
    return 1;
  };
  const word = args[index - 1];
  if (word === undefined || !/^-./.test(word)) return end();
  if (word === '--') {
    index++;
    return end();
  }
  const at = shell.getoptsAt === 0 ? 1 : shell.getoptsAt;
  const letter = word[at]!;
  const found = letter === ':' ? -1 : spec.indexOf(letter, spec.startsWith(':') ? 1 : 0);
  const silent = spec.startsWith(':');
  let position = at + 1;
  let result = letter;
  shell.vars.unset('OPTARG');
  if (found < 0) {
    result = '?';
    if (silent) shell.vars.set('OPTARG', letter);
    else if (shell.vars.text('OPTERR') !== '0') failPlain(ctx, `illegal option -- ${letter}`);
  } else if (spec[found + 1] === ':') {
    if (position < word.length) shell.vars.set('OPTARG', word.slice(position));
    else if (args[index] !== undefined) shell.vars.set('OPTARG', args[index++]!);
    else {
      result = silent ? ':' : '?';
      if (silent) shell.vars.set('OPTARG', letter);
      else failPlain(ctx, `option requires an argument -- ${letter}`);
    }
    position = word.length;
  }
  if (position >= word.length) {
    index++;
    position = 0;
  }
  shell.vars.set('OPTIND', String(index));
  shell.getoptsAt = position;
  const problem = setElement(shell, name, undefined, result);
  return problem === undefined ? 0 : fail(ctx, problem);
};

function failPlain(ctx: BuiltinContext, text: string): void {
  ctx.fds.get(2)?.output?.write(`${ctx.shell.name}: ${text}\n`);
}

export const variableBuiltins: BuiltinTable = {
  export: declarer('export'),
  declare: declarer('declare'),
  typeset: declarer('declare'),
  local: declarer('local'),
  readonly: declarer('readonly'),
  unset,
  shift,
  let: evaluateLet,
  getopts,
};
