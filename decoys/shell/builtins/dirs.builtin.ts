/** `cd`, `pwd` and the stack of folders. */
import { errorText } from '../run/redirection.ts';
import type { ShellState } from '../run/shell-state.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { badOption, fail, print, takeOptions } from './report.ts';

/** The path with `.` and `..` taken out by text, as `cd` does without `-P`. */
function logical(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') names.pop();
    else names.push(name);
  }
  return `/${names.join('/')}`;
}

function enter(ctx: BuiltinContext, target: string, physical: boolean, shown = target): number {
  const { shell } = ctx;
  const { fs } = shell.session;
  let path = logical(shell.resolve(target));
  const stat = fs.stat(path, shell.user);
  if (!stat.ok) return fail(ctx, `${shown}: ${errorText(stat.error)}`);
  if (stat.value.type !== 'directory') return fail(ctx, `${shown}: Not a directory`);
  if (!fs.access(path, 1, shell.user)) return fail(ctx, `${shown}: Permission denied`);
  if (physical) {
    const real = fs.realpath(path, shell.user);
    if (real.ok) path = real.value;
  }
  moveTo(shell, path);
  return 0;
}

function moveTo(shell: ShellState, path: string): void {
  shell.vars.set('OLDPWD', shell.cwd).exported = true;
  shell.cwd = path;
  shell.vars.set('PWD', path).exported = true;
}

const cd: Builtin = (ctx) => {
  const { options, rest, bad } = takeOptions(ctx.argv[1] === '-' ? ['cd'] : ctx.argv, 'LPe@');
  if (bad !== undefined) return badOption(ctx, bad, 'cd [-L|[-P [-e]] [-@]] [dir]');
  const target = ctx.argv[1] === '-' ? '-' : rest[0];
  if (rest.length > 1) return fail(ctx, 'too many arguments');
  const physical = options.has('P');
  if (target === undefined) {
    const home = ctx.shell.vars.text('HOME');
    return home === undefined ? fail(ctx, 'HOME not set') : enter(ctx, home, physical);
  }
  if (target === '') return 0;
  if (target === '-') {
    const old = ctx.shell.vars.text('OLDPWD');
    if (old === undefined) return fail(ctx, 'OLDPWD not set');
    const status = enter(ctx, old, physical);
    if (status === 0) print(ctx, `${ctx.shell.cwd}\n`);
    return status;
  }
  if (!/^\.{0,2}\//.test(target) && target !== '.' && target !== '..') {
    for (const folder of (ctx.shell.vars.text('CDPATH') ?? '').split(':')) {
      if (folder === '' || !ctx.shell.session.fs.stat(ctx.shell.resolve(`${folder}/${target}`), ctx.shell.user).ok)
        continue;
      const status = enter(ctx, `${folder}/${target}`, physical, target);
      if (status === 0) print(ctx, `${ctx.shell.cwd}\n`);
      return status;
    }
  }
  return enter(ctx, target, physical);
};

const pwd: Builtin = (ctx) => {
  const { options, bad } = takeOptions(ctx.argv, 'LP');
  if (bad !== undefined) return badOption(ctx, bad, 'pwd [-LP]');
  const real = options.has('P') ? ctx.shell.session.fs.realpath(ctx.shell.cwd, ctx.shell.user) : undefined;
  print(ctx, `${real?.ok === true ? real.value : ctx.shell.cwd}\n`);
  return 0;
};

function show(ctx: BuiltinContext): void {
  const home = ctx.shell.vars.text('HOME') ?? '';
  const short = (path: string): string =>
    home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
  print(ctx, `${[ctx.shell.cwd, ...ctx.shell.dirStack].map(short).join(' ')}\n`);
}

const pushd: Builtin = (ctx) => {
  const target = ctx.argv[1];
  const { shell } = ctx;
  if (shell.dirStack.length > 256) return fail(ctx, 'directory stack overflow');
  if (target === undefined) {
    const other = shell.dirStack[0];
    if (other === undefined) return fail(ctx, 'no other directory');
    const here = shell.cwd;
    const status = enter(ctx, other, false);
    if (status === 0) shell.dirStack[0] = here;
    if (status === 0) show(ctx);
    return status;
  }
  const here = shell.cwd;
  const status = enter(ctx, target, false);
  if (status !== 0) return status;
  shell.dirStack.unshift(here);
  show(ctx);
  return 0;
};

const popd: Builtin = (ctx) => {
  const top = ctx.shell.dirStack[0];
  if (top === undefined) return fail(ctx, 'directory stack empty');
  const status = enter(ctx, top, false);
  if (status !== 0) return status;
  ctx.shell.dirStack.shift();
  show(ctx);
  return 0;
};

const dirs: Builtin = (ctx) => {
  if (ctx.argv[1] === '-c') ctx.shell.dirStack = [];
  else if (ctx.argv[1] === '-p' || ctx.argv[1] === '-v')
    print(
      ctx,
      [ctx.shell.cwd, ...ctx.shell.dirStack]
        .map((path, at) => (ctx.argv[1] === '-v' ? `${String(at).padStart(2)}  ${path}\n` : `${path}\n`))
        .join(''),
    );
  else show(ctx);
  return 0;
};

export const dirBuiltins: BuiltinTable = { cd, pwd, pushd, popd, dirs };
