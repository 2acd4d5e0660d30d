/** Which builtins the smaller shells have: dash, and the ash of busybox, which knows a few of bash's. Bash has all. */
import type { ShellState } from '../run/shell-state.ts';
import { type Builtin, builtins } from './index.ts';

const DASH = new Set(
  '. : [ alias bg break cd chdir command continue echo eval exec exit export false fg getopts hash jobs kill local printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait'.split(
    ' ',
  ),
);
const ASH_TOO = new Set('[[ help history let source'.split(' '));

/** The builtin of this name in this shell, switched off or not. */
export function builtinOf(shell: ShellState, name: string): Builtin | undefined {
  const found = builtins.get(name);
  if (found === undefined || shell.kind === 'bash' || DASH.has(name)) return found;
  return isAsh(shell) && ASH_TOO.has(name) ? found : undefined;
}

/** Busybox's shell: dash's grammar with some of bash's habits. */
export function isAsh(shell: ShellState): boolean {
  return shell.kind === 'dash' && shell.session.machine.persona.files === 'busybox';
}
