/** `set`, `shopt`, `umask`, `ulimit`, `enable`. */
import { doubleQuoted, printable } from '../run/quoting.ts';
import { FLAG_LETTERS } from '../run/values.ts';
import { Variables } from '../run/variables.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { functionText } from './variable.builtin.ts';
import { builtins } from './index.ts';
import { badOption, complainUsage, fail, print } from './report.ts';

const SET_USAGE = 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]';
const LETTERS = new Map(
  Object.entries(FLAG_LETTERS)
    .filter(([, letter]) => letter !== '')
    .map(([name, letter]) => [letter, name]),
);
const OPTION_NAMES: readonly string[] = [
  'allexport',
  'braceexpand',
  'emacs',
  'errexit',
  'errtrace',
  'functrace',
  'hashall',
  'histexpand',
  'history',
  'ignoreeof',
  'interactive-comments',
  'keyword',
  'monitor',
  'noclobber',
  'noexec',
  'noglob',
  'nolog',
  'notify',
  'nounset',
  'onecmd',
  'physical',
  'pipefail',
  'posix',
  'privileged',
  'verbose',
  'vi',
  'xtrace',
];
const SHOPT_NAMES: readonly string[] = [
  'autocd',
  'assoc_expand_once',
  'cdable_vars',
  'cdspell',
  'checkhash',
  'checkjobs',
  'checkwinsize',
  'cmdhist',
  'compat31',
  'compat32',
  'compat40',
  'compat41',
  'compat42',
  'compat43',
  'compat44',
  'complete_fullquote',
  'direxpand',
  'dirspell',
  'dotglob',
  'execfail',
  'expand_aliases',
  'extdebug',
  'extglob',
  'extquote',
  'failglob',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'globstar',
  'gnu_errfmt',
  'histappend',
  'histreedit',
  'histverify',
  'hostcomplete',
  'huponexit',
  'inherit_errexit',
  'interactive_comments',
  'lastpipe',
  'lithist',
  'localvar_inherit',
  'localvar_unset',
  'login_shell',
  'mailwarn',
  'no_empty_cmd_completion',
  'nocaseglob',
  'nocasematch',
  'noexpand_translation',
  'nullglob',
  'patsub_replacement',
  'progcomp',
  'progcomp_alias',
  'promptvars',
  'restricted_shell',
  'shift_verbose',
  'sourcepath',
  'varredir_close',
  'xpg_echo',
];

const set: Builtin = (ctx) => {
  const { shell } = ctx;
  if (ctx.argv.length === 1) {
    for (const name of shell.vars.names()) {
      const variable = shell.vars.raw(name)!;
      if (variable.array !== undefined)
        print(
          ctx,
          `${name}=(${Variables.keys(variable)
            .map((key) => `[${key}]=${doubleQuoted(variable.array!.get(key)!)}`)
            .join(' ')})\n`,
        );
      else if (variable.value !== undefined)
        print(ctx, `${name}=${variable.value === '' ? '' : printable(variable.value)}\n`);
    }
    for (const [name, definition] of shell.functions) print(ctx, `${functionText(name, definition.source)}\n`);
    return 0;
  }
  let at = 1;
  for (; at < ctx.argv.length; at++) {
    const word = ctx.argv[at]!;
    if (word === '--') {
      shell.positional = ctx.argv.slice(at + 1);
      return 0;
    }
    if (word === '-') {
      shell.options.delete('xtrace');
      shell.options.delete('verbose');
      at++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word.startsWith('-');
    for (const letter of word.slice(1)) {
      if (letter === 'o') {
        const name = ctx.argv[++at];
        if (name === undefined) {
          for (const option of OPTION_NAMES)
            print(
              ctx,
              on
                ? `${option.padEnd(15)}\t${shell.options.has(option) ? 'on' : 'off'}\n`
                : `set ${shell.options.has(option) ? '-' : '+'}o ${option}\n`,
            );
          return 0;
        }
        if (!OPTION_NAMES.includes(name)) return fail(ctx, `${name}: invalid option name`, 2);
        turn(ctx, name, on);
      } else {
        const name = LETTERS.get(letter);
        if (name === undefined) return badOption(ctx, `${word[0]}${letter}`, SET_USAGE);
        turn(ctx, name, on);
      }
    }
  }
  if (at < ctx.argv.length) shell.positional = ctx.argv.slice(at);
  return 0;
};

function turn(ctx: BuiltinContext, name: string, on: boolean): void {
  if (on) ctx.shell.options.add(name);
  else ctx.shell.options.delete(name);
}

const shopt: Builtin = (ctx) => {
  const { shell } = ctx;
  const args = ctx.argv.slice(1);
  const flags = new Set<string>();
  while (args.length > 0 && /^-./.test(args[0]!)) {
    for (const letter of args.shift()!.slice(1)) {
      if (!'suqpo'.includes(letter)) return badOption(ctx, `-${letter}`, 'shopt [-pqsu] [-o] [optname ...]');
      flags.add(letter);
    }
  }
  const names = flags.has('o') ? OPTION_NAMES : SHOPT_NAMES;
  const values = flags.has('o') ? shell.options : shell.shopts;
  const isOn = (name: string): boolean =>
    name === 'login_shell' && !flags.has('o') ? shell.isLogin : values.has(name);
  let status = 0;
  for (const name of args.length === 0 ? names : args) {
    if (!names.includes(name)) {
      status = fail(ctx, `${name}: invalid shell option name`);
      continue;
    }
    if (args.length > 0 && flags.has('s')) values.add(name);
    else if (args.length > 0 && flags.has('u')) values.delete(name);
    else {
      if (args.length === 0 && ((flags.has('s') && !isOn(name)) || (flags.has('u') && isOn(name)))) continue;
      if (args.length > 0 && !isOn(name)) status = 1;
      if (!flags.has('q'))
        print(
          ctx,
          flags.has('p')
            ? `shopt -${isOn(name) ? 's' : 'u'} ${name}\n`
            : `${name.padEnd(15)}\t${isOn(name) ? 'on' : 'off'}\n`,
        );
    }
  }
  return status;
};

const umask: Builtin = (ctx) => {
  const { shell } = ctx;
  const args = ctx.argv.slice(1);
  const symbolic = args[0] === '-S';
  const value = args.find((item) => !item.startsWith('-'));
  if (value === undefined) {
    const bits = (shift: number): string =>
      ['r', 'w', 'x'].filter((_, at) => ((shell.umask >> shift) & (4 >> at)) === 0).join('');
    print(
      ctx,
      symbolic
        ? `u=${bits(6)},g=${bits(3)},o=${bits(0)}\n`
        : `${args[0] === '-p' ? 'umask ' : ''}${shell.umask.toString(8).padStart(4, '0')}\n`,
    );
    return 0;
  }
  if (/^[0-7]{1,4}$/.test(value)) {
    shell.umask = Number.parseInt(value, 8) & 0o777;
    return 0;
  }
  if (/^\d/.test(value)) return fail(ctx, `${value}: octal number out of range`);
  let allowed = ~shell.umask & 0o777;
  for (const clause of value.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (match === null) return fail(ctx, `\`${clause[0] ?? ''}': invalid symbolic mode operator`);
    let bits = 0;
    for (const letter of match[3]!) bits |= { r: 4, w: 2, x: 1 }[letter]!;
    for (const [who, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (match[1] !== '' && !match[1]!.includes(who) && !match[1]!.includes('a')) continue;
      if (match[2] === '+') allowed |= bits << shift;
      else if (match[2] === '-') allowed &= ~(bits << shift);
      else allowed = (allowed & ~(7 << shift)) | (bits << shift);
    }
  }
  shell.umask = ~allowed & 0o777;
  return 0;
};

const LIMITS: readonly (readonly [string, string, string, string])[] = [
  ['R', 'real-time non-blocking time  (microseconds, -R)', 'unlimited', ''],
  ['c', 'core file size              (blocks, -c)', '0', ''],
  ['d', 'data seg size               (kbytes, -d)', 'unlimited', ''],
  ['e', 'scheduling priority                 (-e)', '0', ''],
  ['f', 'file size                   (blocks, -f)', 'unlimited', ''],
  ['i', 'pending signals                     (-i)', '', 'i'],
  ['l', 'max locked memory           (kbytes, -l)', '', 'l'],
  ['m', 'max memory size             (kbytes, -m)', 'unlimited', ''],
  ['n', 'open files                          (-n)', '1024', ''],
  ['p', 'pipe size                (512 bytes, -p)', '8', ''],
  ['q', 'POSIX message queues         (bytes, -q)', '819200', ''],
  ['r', 'real-time priority                  (-r)', '0', ''],
  ['s', 'stack size                  (kbytes, -s)', '8192', ''],
  ['t', 'cpu time                   (seconds, -t)', 'unlimited', ''],
  ['u', 'max user processes                  (-u)', '', 'i'],
  ['v', 'virtual memory              (kbytes, -v)', 'unlimited', ''],
  ['x', 'file locks                          (-x)', 'unlimited', ''],
];

const ulimit: Builtin = (ctx) => {
  const memory = ctx.shell.session.machine.persona.hardware.memoryKb;
  const amount = (row: (typeof LIMITS)[number]): string =>
    row[3] === 'i' ? String(Math.floor(memory / 260)) : row[3] === 'l' ? String(Math.floor(memory / 8)) : row[2];
  const flags = ctx.argv
    .slice(1)
    .filter((item) => item.startsWith('-'))
    .join('')
    .replace(/[-HS]/g, '');
  const value = ctx.argv.slice(1).find((item) => !item.startsWith('-'));
  if (flags.includes('a')) {
    print(ctx, LIMITS.map((row) => `${row[1]} ${amount(row)}\n`).join(''));
    return 0;
  }
  const row = LIMITS.find((item) => item[0] === (flags[0] ?? 'f'));
  if (row === undefined) return badOption(ctx, `-${flags[0]}`, 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]');
  if (value === undefined) print(ctx, `${amount(row)}\n`);
  else if (!/^(?:\d+|unlimited|hard|soft)$/.test(value)) return fail(ctx, `${value}: invalid number`);
  return 0;
};

const enable: Builtin = (ctx) => {
  const off = ctx.argv[1] === '-n';
  const names = ctx.argv.slice(1).filter((item) => !item.startsWith('-'));
  if (names.length === 0) {
    for (const name of [...builtins.keys()].sort())
      if (ctx.shell.disabledBuiltins?.has(name) !== true) print(ctx, `enable ${name}\n`);
    return 0;
  }
  let status = 0;
  ctx.shell.disabledBuiltins = new Set(ctx.shell.disabledBuiltins);
  for (const name of names) {
    if (!builtins.has(name)) {
      status = fail(ctx, `${name}: not a shell builtin`);
      continue;
    }
    if (off) ctx.shell.disabledBuiltins.add(name);
    else ctx.shell.disabledBuiltins.delete(name);
  }
  return status;
};

export const optionBuiltins: BuiltinTable = { set, shopt, umask, ulimit, enable };
export { complainUsage };
