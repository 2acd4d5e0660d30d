/** The files that a shell reads when it starts: those that the attacker changed; what the installation's own ones do is built in. */
import { textOf } from '../lang/byte-text.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { AbandonLine, ReturnFunction } from './control-flow.ts';
import { runSource } from './interpreter.ts';
import type { FdTable } from './redirection.ts';
import type { ShellState } from './shell-state.ts';

export async function runStartFiles(shell: ShellState, fds: FdTable, paths: readonly string[]): Promise<void> {
  const { fs } = shell.session;
  for (const path of paths) {
    if (!fs.stat(path, shell.user).ok || fs.isOriginal(path)) continue;
    const read = fs.read(path, shell.user, 0, SHELL_LIMITS.maxLineBytes);
    if (!read.ok) continue;
    try {
      await runSource(shell, fds, textOf(read.value));
    } catch (error) {
      if (!(error instanceof AbandonLine || error instanceof ReturnFunction)) throw error;
    }
  }
}
