/** One running shell: its variables, functions, options and place. A subshell is a clone of it. */
import type { Assignment, FunctionDefinition } from '../lang/ast.types.ts';
import { SHELL_LIMITS, type MachineUser } from '../shell.types.ts';
import type { JobTable } from './jobs.ts';
import type { ProcessScope } from './process-scope.ts';
import type { SessionHost } from './session-host.ts';
import type { OpenFile } from './streams.ts';
import { Switches } from './switches.ts';
import { Variables } from './variables.ts';

const NOTHING: readonly string[] = [];
const OPTIONS: ReadonlySet<string> = new Set(['braceexpand', 'hashall', 'interactive-comments']);
const SHOPTS: ReadonlySet<string> = new Set([
  'checkwinsize',
  'cmdhist',
  'complete_fullquote',
  'extquote',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'hostcomplete',
  'interactive_comments',
  'patsub_replacement',
  'progcomp',
  'promptvars',
  'sourcepath',
]);
const OPTIONS_AT_TERMINAL = new Set([...OPTIONS, 'emacs', 'histexpand', 'history', 'monitor']);
const SHOPTS_AT_TERMINAL = new Set([...SHOPTS, 'expand_aliases']);

/** How the text reaches the shell; decides how errors are introduced. */
export type ShellMode = 'interactive' | 'command' | 'stdin' | 'script';

export interface ShellOrigin {
  readonly session: SessionHost;
  readonly scope: ProcessScope;
  readonly user: MachineUser;
  /** `$0`. */
  readonly name: string;
  readonly kind: 'bash' | 'dash';
  readonly mode: ShellMode;
  readonly pid: number;
  readonly ppid: number;
  readonly cwd: string;
  /** What `$RANDOM` goes on from; without it, the persona's for this process. */
  readonly randomState?: number;
}

export class ShellState {
  readonly session: SessionHost;
  scope: ProcessScope;
  readonly user: MachineUser;
  readonly name: string;
  readonly kind: 'bash' | 'dash';
  readonly mode: ShellMode;
  readonly pid: number;
  readonly ppid: number;
  /** `$BASHPID`. */
  ownPid: number;
  vars: Variables;
  #functions: Map<string, FunctionDefinition> | undefined;
  #aliases: Map<string, string> | undefined;
  /** Long names of `set -o`. */
  options: Switches;
  shopts: Switches;
  positional: readonly string[] = NOTHING;
  cwd: string;
  umask = 0o022;
  /** Traps of signals that came, to run after the command. */
  pendingTraps: string[] = [];
  #traps: Map<string, string> | undefined;
  disabledBuiltins: Set<string> | undefined;
  hashed: Map<string, string> | undefined;
  status = 0;
  lastBackground = 0;
  lastArgument = '';
  line = 1;
  /** Functions and sourced files that run now, innermost last. */
  callStack: { readonly name: string; readonly line: number }[] = [];
  loopDepth = 0;
  sourceDepth = 0;
  subshellDepth = 0;
  /** Above zero where a failure is part of a test, so `set -e` ignores it. */
  testing = 0;
  depth = 0;
  /** Shells inside shells. */
  nesting = 0;
  dirStack: string[] = [];
  history: readonly string[] = NOTHING;
  jobs: JobTable | undefined;
  /** The shell of a terminal, whose foreground can be stopped; its forks are not. */
  ownsTerminal = false;
  /** The pipeline that runs, as written, for `jobs`. */
  jobSource = '';
  startedAt: number;
  randomState: number;
  getoptsAt = 0;
  /** Says `logout` rather than `exit`. */
  isLogin = false;
  /** A command substitution ran in the present simple command: `x=$(false)` has its status. */
  substituted = false;
  /** Files that stand for `<( )`, removed after the command. */
  temporary: string[] | undefined;
  /** Array values of `declare a=(…)`, for the builtin that runs next. */
  pendingArrays: Map<string, Assignment> | undefined;
  /** Set by `exec` with a command that failed in an interactive shell. */
  execKept: boolean | undefined;
  /** Files that `exec 3<file` keeps open. */
  fds: Map<number, OpenFile> | undefined;

  constructor(origin: ShellOrigin) {
    this.session = origin.session;
    this.scope = origin.scope;
    this.user = origin.user;
    this.name = origin.name;
    this.kind = origin.kind;
    this.mode = origin.mode;
    this.pid = origin.pid;
    this.ppid = origin.ppid;
    this.ownPid = origin.pid;
    this.cwd = origin.cwd;
    this.vars = new Variables(SHELL_LIMITS.maxVariablesBytes);
    this.startedAt = origin.session.clock.monotonicMs();
    this.randomState = origin.randomState ?? firstRandom(origin);
    const terminal = origin.mode === 'interactive';
    this.options = new Switches(terminal ? OPTIONS_AT_TERMINAL : OPTIONS);
    this.shopts = new Switches(terminal ? SHOPTS_AT_TERMINAL : SHOPTS);
  }

  /** The job of a terminal that this shell runs in, where it is a copy for one. */
  jobScope: ProcessScope | undefined;

  // Most shells never have any of these.

  get functions(): Map<string, FunctionDefinition> {
    return (this.#functions ??= new Map());
  }

  get aliases(): Map<string, string> {
    return (this.#aliases ??= new Map());
  }

  get traps(): Map<string, string> {
    return (this.#traps ??= new Map());
  }

  get interactive(): boolean {
    return this.mode === 'interactive' && this.subshellDepth === 0;
  }

  clone(scope: ProcessScope, pid: number): ShellState {
    const copy = new ShellState({
      session: this.session,
      scope,
      user: this.user,
      name: this.name,
      kind: this.kind,
      mode: this.mode,
      pid: this.pid,
      ppid: this.ppid,
      cwd: this.cwd,
      randomState: this.randomState + 7919,
    });
    this.session.budget.bytes(this.vars.bytes);
    copy.ownPid = pid;
    copy.vars = new Variables(SHELL_LIMITS.maxVariablesBytes, this.vars);
    if (this.#functions !== undefined) copy.#functions = new Map(this.#functions);
    if (this.#aliases !== undefined) copy.#aliases = new Map(this.#aliases);
    copy.options = this.options.copy();
    copy.shopts = this.shopts.copy();
    copy.positional = this.positional;
    copy.umask = this.umask;
    copy.status = this.status;
    copy.lastBackground = this.lastBackground;
    copy.lastArgument = this.lastArgument;
    copy.line = this.line;
    copy.callStack = [...this.callStack];
    copy.loopDepth = this.loopDepth;
    copy.sourceDepth = this.sourceDepth;
    copy.subshellDepth = this.subshellDepth + 1;
    copy.testing = this.testing;
    copy.depth = this.depth;
    copy.nesting = this.nesting;
    copy.dirStack = [...this.dirStack];
    copy.history = this.history;
    copy.jobs = this.jobs;
    copy.jobScope = this.jobScope;
    copy.startedAt = this.startedAt;
    copy.disabledBuiltins = this.disabledBuiltins;
    return copy;
  }

  /** What introduces an error text here. */
  prefix(): string {
    const name = this.callStack.findLast((item) => item.name.startsWith('source:'))?.name.slice(7) ?? this.name;
    if (this.mode === 'interactive' && name === this.name) return `${name}: `;
    // BusyBox's ash does not say in which line.
    if (this.session.machine.persona.files === 'busybox') return `${name}: `;
    return this.kind === 'dash' ? `${name}: ${this.line}: ` : `${name}: line ${this.line}: `;
  }

  /** An absolute path of what a script wrote. */
  resolve(path: string): string {
    return path.startsWith('/') ? path : this.cwd === '/' ? `/${path}` : `${this.cwd}/${path}`;
  }
}

function firstRandom({ session, pid }: ShellOrigin): number {
  const seed = session.machine.persona.derive(`random ${pid}`, 4);
  return ((seed[0]! << 16) | (seed[1]! << 8) | seed[2]!) + 1;
}
