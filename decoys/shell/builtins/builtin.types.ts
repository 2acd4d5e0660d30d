/** What a builtin of the shell gets; it answers the exit status. */
import type { FdTable } from '../run/redirection.ts';
import type { ShellState } from '../run/shell-state.ts';

export interface BuiltinContext {
  readonly shell: ShellState;
  readonly fds: FdTable;
  /** The name it was called by comes first. */
  readonly argv: readonly string[];
}

export type Builtin = (ctx: BuiltinContext) => Promise<number> | number;
export type BuiltinTable = Readonly<Record<string, Builtin>>;
