/** What names mean: `type`, `hash`, `alias`, `help`, `history`, and the completion builtins in the little that scripts use. */
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { lookUp } from '../run/programs.ts';
import { printable } from '../run/quoting.ts';
import { addHistory } from '../terminal/history.ts';
import type { Builtin, BuiltinTable } from './builtin.types.ts';
import { builtins } from './index.ts';
import { builtinOf } from './posix-builtins.ts';
import { badOption, fail, print, takeOptions } from './report.ts';
import { functionText } from './variable.builtin.ts';

const KEYWORDS: readonly string[] = [
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'case',
  'esac',
  'for',
  'select',
  'while',
  'until',
  'do',
  'done',
  'in',
  'function',
  'time',
  '{',
  '}',
  '!',
  '[[',
  ']]',
  'coproc',
];

/** Also serves `command -v` and `command -V`. */
const type: Builtin = (ctx) => {
  const { shell } = ctx;
  const short = ctx.argv[0] === 'command-v';
  const { options, rest, bad } =
    short || ctx.argv[0] === 'command'
      ? { options: new Set<string>(), rest: ctx.argv.slice(1), bad: undefined }
      : takeOptions(ctx.argv, 'afptP');
  if (bad !== undefined) return badOption(ctx, bad, 'type [-afptP] name [name ...]');
  let status = 0;
  for (const name of rest) {
    const lines: string[] = [];
    const say = (kind: string, long: string, brief: string): void => {
      if (options.has('p') || options.has('P')) {
        if (kind === 'file') lines.push(brief);
      } else lines.push(options.has('t') ? kind : short ? brief : long);
    };
    const alias = shell.aliases.get(name);
    if (alias !== undefined)
      say('alias', `${name} is aliased to \`${alias}'`, `alias ${name}=${printable(alias, true)}`);
    if (KEYWORDS.includes(name)) say('keyword', `${name} is a shell keyword`, name);
    const body = options.has('f') ? undefined : shell.functions.get(name);
    if (body !== undefined) say('function', `${name} is a function\n${functionText(name, body.source)}`, name);
    if (builtinOf(shell, name) !== undefined && shell.disabledBuiltins?.has(name) !== true)
      say('builtin', `${name} is a shell builtin`, name);
    if (lines.length === 0 || options.has('a') || options.has('P')) {
      const found = lookUp(shell, name);
      if ('path' in found)
        say('file', `${name} is ${name.includes('/') ? name : found.path}`, name.includes('/') ? name : found.path);
    }
    if (lines.length === 0) {
      status = 1;
      if (!short && !options.has('t') && !options.has('p') && !options.has('P')) fail(ctx, `${name}: not found`);
      continue;
    }
    print(ctx, options.has('a') ? `${lines.join('\n')}\n` : `${lines[0]}\n`);
  }
  return status;
};

const hash: Builtin = (ctx) => {
  const { shell } = ctx;
  const names = ctx.argv.slice(1).filter((item) => !item.startsWith('-'));
  if (ctx.argv[1] === '-r') shell.hashed = undefined;
  else if (names.length === 0)
    print(
      ctx,
      shell.hashed === undefined
        ? 'hash: hash table empty\n'
        : `hits\tcommand\n${[...shell.hashed.values()].map((path) => `   1\t${path}\n`).join('')}`,
    );
  let status = 0;
  for (const name of names) {
    const found = lookUp(shell, name);
    if ('error' in found) status = fail(ctx, `${name}: not found`);
    else if ((shell.hashed ??= new Map()).size < 256) shell.hashed.set(name, found.path);
  }
  return status;
};

const alias: Builtin = (ctx) => {
  const { shell } = ctx;
  const words = ctx.argv.slice(1).filter((item) => item !== '-p');
  if (words.length === 0)
    for (const name of [...shell.aliases.keys()].sort())
      print(ctx, `alias ${name}=${printable(shell.aliases.get(name)!, true)}\n`);
  let status = 0;
  for (const word of words) {
    const at = word.indexOf('=');
    if (at > 0) {
      shell.vars.charge(word.length * 2);
      if (/[\s$`"'\\/&|;()<>]/.test(word.slice(0, at)))
        status = fail(ctx, `\`${word.slice(0, at)}': invalid alias name`);
      else shell.aliases.set(word.slice(0, at), word.slice(at + 1));
    } else if (shell.aliases.has(word)) print(ctx, `alias ${word}=${printable(shell.aliases.get(word)!, true)}\n`);
    else status = fail(ctx, `${word}: not found`);
  }
  return status;
};

const unalias: Builtin = (ctx) => {
  if (ctx.argv[1] === '-a') {
    ctx.shell.aliases.clear();
    return 0;
  }
  let status = 0;
  for (const name of ctx.argv.slice(1)) if (!ctx.shell.aliases.delete(name)) status = fail(ctx, `${name}: not found`);
  return status;
};

const history: Builtin = (ctx) => {
  const { shell } = ctx;
  const first = ctx.argv[1];
  if (first === '-c') {
    shell.history = [];
    return 0;
  }
  if (first === '-d') {
    const at = Number(ctx.argv[2]);
    if (!Number.isInteger(at) || at < 1 || at > shell.history.length)
      return fail(ctx, `${ctx.argv[2] ?? ''}: history position out of range`);
    shell.history = shell.history.toSpliced(at - 1, 1);
    return 0;
  }
  const file = ctx.argv[2] ?? shell.vars.text('HISTFILE') ?? '';
  if (first === '-w' || first === '-a') {
    if (file !== '')
      shell.session.fs.write(
        shell.resolve(file),
        bytesOf(shell.history.map((line) => `${line}\n`).join('')),
        shell.user,
        { mode: 0o600 },
      );
    return 0;
  }
  if (first === '-r' || first === '-n') {
    const read = shell.session.fs.read(shell.resolve(file), shell.user);
    if (read.ok)
      addHistory(
        shell,
        textOf(read.value)
          .split('\n')
          .filter((line) => line !== '')
          .slice(-500),
      );
    return 0;
  }
  if (first !== undefined && !/^\d+$/.test(first))
    return first.startsWith('-')
      ? badOption(
          ctx,
          first.slice(0, 2),
          'history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]',
        )
      : fail(ctx, `${first}: numeric argument required`);
  const from = first === undefined ? 0 : Math.max(0, shell.history.length - Number(first));
  print(
    ctx,
    shell.history
      .slice(from)
      .map((line, at) => `${String(from + at + 1).padStart(5)}  ${line}\n`)
      .join(''),
  );
  return 0;
};

const help: Builtin = (ctx) => {
  const name = ctx.argv[1];
  if (name !== undefined && !name.startsWith('-')) {
    if (!builtins.has(name)) {
      print(ctx, '');
      return fail(ctx, `no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`);
    }
    print(ctx, `${name}: ${name} [arg ...]\n`);
    return 0;
  }
  print(
    ctx,
    `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type \`help' to see this list.\n\n${[
      ...builtins.keys(),
    ]
      .sort()
      .map((item) => ` ${item}\n`)
      .join('')}`,
  );
  return 0;
};

const compgen: Builtin = (ctx) => {
  const { shell } = ctx;
  const prefix = ctx.argv.slice(1).findLast((item) => !item.startsWith('-')) ?? '';
  const kind = ctx.argv[1] ?? '';
  let names: string[] = [];
  if (kind === '-b') names = [...builtins.keys()];
  else if (kind === '-a') names = [...shell.aliases.keys()];
  else if (kind === '-k') names = [...KEYWORDS];
  else if (kind === '-v') names = shell.vars.names();
  else if (kind === '-u') names = shell.session.machine.persona.users.map((user) => user.name);
  else if (kind === '-W') names = (ctx.argv[2] ?? '').split(/\s+/).filter((item) => item !== '');
  else if (kind === '-c') {
    names = [...builtins.keys(), ...KEYWORDS];
    for (const folder of ['/usr/sbin', '/usr/bin']) {
      const list = shell.session.fs.list(folder, shell.user);
      if (list.ok) names.push(...list.value);
    }
  }
  const wanted = kind === '-W' ? (ctx.argv[3] === '--' ? (ctx.argv[4] ?? '') : (ctx.argv[3] ?? '')) : prefix;
  const found = [...new Set(names)].filter((item) => item.startsWith(wanted));
  print(ctx, found.map((item) => `${item}\n`).join(''));
  return found.length > 0 ? 0 : 1;
};

const caller: Builtin = (ctx) => {
  const frame = ctx.shell.callStack.at(-1);
  if (frame === undefined) return 1;
  print(
    ctx,
    ctx.argv.length > 1
      ? `${frame.line} main ${ctx.shell.name}\n`
      : `${frame.line} ${ctx.shell.mode === 'script' ? ctx.shell.name : 'NULL'}\n`,
  );
  return 0;
};

const times: Builtin = (ctx) => {
  print(ctx, '0m0.004s 0m0.003s\n0m0.000s 0m0.000s\n');
  return 0;
};

export const nameBuiltins: BuiltinTable = {
  type,
  hash,
  alias,
  unalias,
  history,
  help,
  compgen,
  complete: () => 0,
  compopt: () => 0,
  bind: () => 0,
  caller,
  times,
  fc: () => 0,
};
