/** Runs the body of a function; apart, because the interpreter and simple commands call each other. */
import type { CompoundCommand } from '../lang/ast.types.ts';
import { runCommand } from './interpreter.ts';
import type { FdTable } from './redirection.ts';
import type { ShellState } from './shell-state.ts';

export function runCompoundOf(shell: ShellState, fds: FdTable, body: CompoundCommand): Promise<number> {
  return runCommand(shell, fds, body);
}
