/** `bash`, `sh` and `dash` as programs: `-c text`, a script file, or text from standard input. */
import { isAsh } from '../builtins/posix-builtins.ts';
import { ashGreeting } from '../ash-greeting.ts';
import { BufferedInput } from './streams.ts';
import { textOf } from '../lang/byte-text.ts';
import { runSource } from './interpreter.ts';
import { newShell, runChild } from './programs.ts';
import { type FdTable, errorText, outputOf } from './redirection.ts';
import { runStream } from './source-stream.ts';
import type { ShellState } from './shell-state.ts';

const LONG_OPTIONS: Readonly<Record<string, string>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  v: 'verbose',
  f: 'noglob',
  n: 'noexec',
  C: 'noclobber',
  a: 'allexport',
};

export async function runShellProgram(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  program: string,
): Promise<number> {
  const kind = program === 'bash' || program === 'rbash' ? 'bash' : 'dash';
  const err = outputOf(fds, 2);
  const args = argv.slice(1);
  const options: string[] = [];
  let command = false;
  let login = false;
  let interactive = false;
  let stdin = false;
  while (args.length > 0 && /^[-+]./.test(args[0]!)) {
    const option = args.shift()!;
    if (option === '--' || option === '-') break;
    if (option === '--version') {
      outputOf(fds, 1).write(
        'GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n',
      );
      return 0;
    }
    if (option === '--login') login = true;
    else if (option === '--rcfile' || option === '--init-file') args.shift();
    else if (option.startsWith('--')) {
      if (!['--norc', '--noprofile', '--posix', '--restricted', '--noediting', '--verbose'].includes(option)) {
        err.write(`${argv[0]}: ${option}: invalid option\n`);
        return 2;
      }
    } else {
      for (const letter of option.slice(1)) {
        if (letter === 'c') command = true;
        else if (letter === 's') stdin = true;
        else if (letter === 'i') interactive = true;
        else if (letter === 'l') login = true;
        else if (letter === 'o' || letter === 'O') options.push(args.shift() ?? '');
        else if (LONG_OPTIONS[letter] !== undefined) options.push(LONG_OPTIONS[letter]);
        else if (!'prhkbmBEHPTDt'.includes(letter)) {
          err.write(`${argv[0]}: -${letter}: invalid option\n`);
          return 2;
        }
      }
    }
  }
  const make = (name: string, mode: 'command' | 'stdin' | 'script', positional: readonly string[]): ShellState => {
    const child = newShell(shell, { name, kind, mode, cwd: shell.cwd, user: shell.user, env: shell.vars.exported() });
    child.positional = positional;
    for (const option of options) child.options.add(option);
    return child;
  };
  if (command) {
    const source = args.shift();
    if (source === undefined) {
      err.write(`${argv[0]}: ${kind === 'bash' ? '' : '0: '}-c: option requires an argument\n`);
      return 2;
    }
    const child = make(args[0] ?? argv[0]!, 'command', args.slice(1));
    const table = new Map(fds);
    return runChild(shell, child, fds, () => runSource(child, table, source));
  }
  const file = stdin ? undefined : args.shift();
  if (file !== undefined) {
    const path = shell.resolve(file);
    const read = shell.session.fs.read(path, shell.user);
    if (!read.ok) {
      err.write(
        kind === 'bash'
          ? `${argv[0]}: ${file}: ${errorText(read.error)}\n`
          : `${argv[0]}: 0: cannot open ${file}: ${read.error === 'ENOENT' ? 'No such file' : errorText(read.error)}\n`,
      );
      return kind === 'bash' ? (read.error === 'EISDIR' ? 126 : 127) : 2;
    }
    shell.session.observe({ kind: 'execute', path, argv: argv.map((item) => item.slice(0, 1024)).slice(0, 64) });
    if (read.value.subarray(0, 80).includes(0)) {
      err.write(`${file}: ${file}: cannot execute binary file\n`);
      return 126;
    }
    const child = make(file, 'script', args);
    const table = new Map(fds);
    return runChild(shell, child, fds, () => runSource(child, table, textOf(read.value)));
  }
  const input = fds.get(0)?.input;
  if (input === undefined) return 0;
  const child = make(argv[0]!, 'stdin', args);
  const table = new Map(fds);
  const prompts = input.isTerminal || interactive;
  if (prompts && isAsh(child)) outputOf(fds, 1).write(ashGreeting(shell.session.machine.persona));
  void login;
  return runChild(shell, child, fds, () =>
    runStream(child, table, input instanceof BufferedInput ? input : input, prompts),
  );
}
