/** One session on the machine: an `exec` command, a script on standard input, or a terminal with prompt and line editing. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { OverlayFileSystem } from './fs/overlay-fs.ts';
import { bytesOf } from './lang/byte-text.ts';
import { greeting, loginEnvironment, LoginVariables } from './login.ts';
import { Budget } from './run/budget.ts';
import { AbandonLine, BreakLoop, ExitShell, Killed, ReturnFunction } from './run/control-flow.ts';
import { runSource } from './run/interpreter.ts';
import { runExitTrap } from './run/subshell.ts';
import { JobTable } from './run/jobs.ts';
import { ProcessScope } from './run/process-scope.ts';
import { importEnvironment } from './run/programs.ts';
import { expandPrompt } from './run/prompt.ts';
import type { FdTable } from './run/redirection.ts';
import type { SessionHost } from './run/session-host.ts';
import { SessionOutput } from './run/session-output.ts';
import { SessionProcesses } from './run/session-processes.ts';
import { runStartFiles } from './run/start-files.ts';
import { type ShellMode, ShellState } from './run/shell-state.ts';
import { runStream, runText } from './run/source-stream.ts';
import type { OpenFile } from './run/streams.ts';
import { TypedCommand } from './run/typed-command.ts';
import { VariablesFull } from './run/variables.ts';
import {
  SHELL_LIMITS,
  type Machine,
  type MachineUser,
  type ShellObservation,
  type ShellOptions,
  type ShellSession,
} from './shell.types.ts';
import { completions } from './terminal/completion.ts';
import { SessionInput } from './terminal/cooked-input.ts';
import { expandHistory } from './terminal/history-expansion.ts';
import { loadHistory, remember, saveHistory } from './terminal/history.ts';
import { withReturns } from './terminal/newlines.ts';
import { Keyboard, type KeyboardHost } from './terminal/keyboard.ts';
import type { EditorEvent } from './terminal/line-editor.ts';
import { isKnownTerminal } from './terminal/terminal-names.ts';

const MAX_OBSERVED_TEXT = 16 * 1024;
const NOBODY: MachineUser = { name: 'nobody', uid: 65_534, gid: 65_534, groups: [65_534], home: '/', shell: '/bin/sh' };

export function openShell(machine: Machine, fs: OverlayFileSystem, clock: Clock, options: ShellOptions): ShellSession {
  return new Session(machine, fs, clock, options);
}

class Session implements SessionHost, ShellSession, KeyboardHost {
  readonly machine: Machine;
  readonly fs: OverlayFileSystem;
  readonly clock: Clock;
  readonly budget: Budget;
  readonly processes: SessionProcesses;
  readonly rootScope: ProcessScope;
  readonly client: ShellOptions['client'];
  readonly server: ShellOptions['server'];
  nesting = 0;
  terminal: SessionHost['terminal'];
  readonly #options: ShellOptions;
  readonly #user: MachineUser;
  readonly #shell: ShellState;
  readonly #fds: FdTable;
  readonly #input: SessionInput;
  readonly #keyboard: Keyboard | undefined;
  #foreground: ProcessScope;
  #paused: Promise<void> | undefined;
  #unpause: (() => void) | undefined;
  #ended = false;
  /** Lines of history that are in the file already. */
  #knownHistory: number | undefined;

  constructor(machine: Machine, fs: OverlayFileSystem, clock: Clock, options: ShellOptions) {
    this.machine = machine;
    this.fs = fs;
    this.clock = clock;
    this.#options = options;
    this.client = options.client;
    this.server = options.server;
    this.terminal = options.terminal;
    const account = machine.user(options.user) ?? NOBODY;
    this.#user = options.shell === undefined ? account : { ...account, shell: options.shell };
    this.budget = new Budget(clock, (observation) => this.observe(observation));
    this.rootScope = new ProcessScope(clock);
    this.#foreground = new ProcessScope(clock, this.rootScope);
    const dash = /\/(?:sh|dash)$/.test(this.#user.shell);
    const name = options.command === undefined ? `-${dash ? 'sh' : 'bash'}` : dash ? 'sh' : 'bash';
    this.processes = new SessionProcesses(machine, clock, {
      user: this.#user,
      from: options.client.ip.replace(/^::ffff:(?=\d+\.)/i, ''),
      by: options.by ?? 'ssh',
      hasTerminal: options.terminal !== undefined,
      scope: this.rootScope,
      args: options.command === undefined ? name : `${name} -c ${options.command.slice(0, 512)}`,
    });
    const mode: ShellMode =
      options.command !== undefined ? 'command' : options.terminal === undefined ? 'stdin' : 'interactive';
    const start = options.directory ?? this.#user.home;
    const home = fs.stat(start, this.#user);
    const cwd = home.ok && home.value.type === 'directory' ? start : '/';
    this.#shell = new ShellState({
      session: this,
      scope: this.#foreground,
      user: this.#user,
      name,
      kind: dash ? 'dash' : 'bash',
      mode,
      pid: this.processes.shellPid,
      ppid: this.processes.shellPid - 1,
      cwd,
    });
    this.#shell.isLogin = options.command === undefined;
    this.#shell.jobs = new JobTable();
    this.#shell.ownsTerminal = mode === 'interactive';
    const { tty } = this.processes;
    if (mode === 'interactive') this.#shell.vars.startWith(new LoginVariables(this.#shell, options, tty));
    else importEnvironment(this.#shell, loginEnvironment(this.#user, options, tty));
    this.#input = new SessionInput(
      () => this.#foreground,
      options.terminal !== undefined,
      (on) => this.#keyboard?.echo(on),
    );
    const isTerminal = options.terminal !== undefined;
    this.#fds = new Map<number, OpenFile>([
      [0, { input: this.#input }],
      [1, { output: new SessionOutput(this, 'stdout', isTerminal) }],
      [2, { output: new SessionOutput(this, 'stderr', isTerminal) }],
    ]);
    if (isTerminal) {
      const keyboard = new Keyboard(this, this.#input);
      this.#input.onStarved = () => keyboard.starved();
      this.#keyboard = keyboard;
    }
    queueMicrotask(() => void this.#run());
  }

  observe(observation: ShellObservation): void {
    if (!this.#ended) this.#options.observe(observation);
  }

  enterForeground(scope: ProcessScope): () => void {
    const outer = this.#foreground;
    this.#foreground = scope;
    return () => {
      this.#foreground = outer;
    };
  }

  readsTerminal(scope: ProcessScope): boolean {
    return this.#input.isReadBy(scope);
  }

  writable(): Promise<void> | undefined {
    return this.#paused;
  }

  input(chunk: Uint8Array): void {
    if (this.#ended || chunk.length === 0) return;
    if (this.#keyboard !== undefined) this.#keyboard.feed(chunk);
    else if (!this.#input.push(chunk.slice())) this.overflow();
  }

  end(): void {
    if (this.#ended) return;
    this.#keyboard?.hangUp();
    this.#input.finish();
  }

  resize(columns: number, rows: number): void {
    if (this.terminal === undefined) return;
    this.terminal = { type: this.terminal.type, columns, rows };
    this.#shell.vars.set('COLUMNS', String(columns));
    this.#shell.vars.set('LINES', String(rows));
  }

  signal(name: string): void {
    const signal = name.replace(/^SIG/, '');
    if (signal === 'INT' || signal === 'QUIT') this.#foreground.kill(signal);
    else if (signal === 'TERM' || signal === 'HUP' || signal === 'KILL') this.#finish({ signal });
  }

  resume(): void {
    this.#unpause?.();
    this.#paused = undefined;
    this.#unpause = undefined;
  }

  destroy(): void {
    this.#ended = true;
    this.#keyboard?.close();
    this.resume();
    this.processes.leave();
    this.rootScope.kill('HUP');
  }

  #finish(status: { readonly code: number } | { readonly signal: string }): void {
    if (this.#ended) return;
    this.destroy();
    this.#options.exit(status);
  }

  // What the keyboard asks.

  /** Straight to the terminal, without newline conversion or bounds of a command. */
  show(text: string): void {
    if (text !== '') this.#send(bytesOf(text), 'stdout');
  }

  history(): readonly string[] {
    return this.#shell.history;
  }

  complete(line: string): ReturnType<typeof completions> {
    return completions(this.#shell, line);
  }

  interrupt(signal: 'INT' | 'QUIT' | 'TSTP'): void {
    if (signal !== 'TSTP') this.#foreground.kill(signal);
    else if (this.#foreground.onStop !== undefined) this.#foreground.stop();
  }

  overflow(): void {
    this.observe({ kind: 'bounded', what: 'input' });
  }

  write(data: string | Uint8Array, stream: 'stdout' | 'stderr'): void {
    if (this.#ended) return;
    let bytes = typeof data === 'string' ? bytesOf(data) : data;
    if (bytes.length === 0) return;
    this.budget.output(bytes.length);
    const terminal = this.#options.terminal !== undefined;
    if (terminal && bytes.includes(10)) bytes = withReturns(bytes);
    this.#send(bytes, terminal ? 'stdout' : stream);
  }

  #send(bytes: Uint8Array, stream: 'stdout' | 'stderr'): void {
    if (this.#ended || this.#options.output(bytes, stream) || this.#paused !== undefined) return;
    this.#paused = new Promise((resolve) => {
      this.#unpause = resolve;
    });
  }

  async #run(): Promise<void> {
    if (this.#ended) return;
    try {
      if (/\/(?:nologin|false)$/.test(this.#user.shell)) {
        if (this.#user.shell.endsWith('nologin')) this.write('This account is currently not available.\n', 'stdout');
        this.#finish({ code: 1 });
        return;
      }
      let status: number;
      try {
        status = await this.#program();
      } catch (error) {
        status = this.#statusOf(error);
      }
      const code = await runExitTrap(this.#shell, this.#fds, status);
      if (this.#knownHistory !== undefined) saveHistory(this.#shell, this.#knownHistory);
      this.#finish({ code: code & 255 });
    } catch (error) {
      if (this.#ended) return;
      if (error instanceof Killed) this.#finish(this.budget.exhausted ? { signal: 'KILL' } : { signal: error.signal });
      else {
        this.observe({ kind: 'bounded', what: 'shell failed' });
        this.#finish({ signal: 'SEGV' });
      }
    }
  }

  /** Runs the shell to its end. Nothing waits between it and the prompt: what does is held for each idle shell. */
  #program(): Promise<number> {
    const { command, terminal } = this.#options;
    if (command !== undefined) return this.#exec(command);
    if (terminal === undefined) return runStream(this.#shell, this.#fds, this.#input, false);
    return this.#prompts();
  }

  async #exec(command: string): Promise<number> {
    this.observe({ kind: 'input', line: command.slice(0, MAX_OBSERVED_TEXT) });
    if (command.length > SHELL_LIMITS.maxLineBytes) {
      this.observe({ kind: 'bounded', what: 'line' });
      this.write(`${this.#shell.name}: Argument list too long\n`, 'stderr');
      return 126;
    }
    await runStartFiles(this.#shell, this.#fds, [`${this.#user.home}/.bashrc`]);
    return runSource(this.#shell, this.#fds, command);
  }

  #statusOf(error: unknown): number {
    if (error instanceof ExitShell || error instanceof AbandonLine || error instanceof ReturnFunction)
      return error.status;
    if (error instanceof BreakLoop) return 0;
    if (error instanceof VariablesFull) {
      this.observe({ kind: 'bounded', what: 'memory' });
      this.write(`${this.#shell.name}: xmalloc: cannot allocate 1048576 bytes (1093632 bytes allocated)\n`, 'stderr');
      return 2;
    }
    throw error;
  }

  async #login(): Promise<void> {
    const shell = this.#shell;
    const home = this.#user.home;
    this.write(greeting(this.machine, this.#user, this.#options, this.processes.tty, this.clock.now()), 'stdout');
    if (this.#user.uid !== 0) shell.aliases.set('ls', 'ls --color=auto');
    loadHistory(shell);
    this.#knownHistory = shell.history.length;
    await runStartFiles(shell, this.#fds, [
      '/etc/profile',
      '/etc/bash.bashrc',
      `${home}/.bash_profile`,
      `${home}/.profile`,
      `${home}/.bashrc`,
    ]);
  }

  async #prompts(): Promise<number> {
    await this.#login();
    const shell = this.#shell;
    const command = new TypedCommand();
    for (;;) {
      if (command.text === '') {
        const told = shell.jobs!.takeFinished();
        if (told !== '') this.write(told, 'stderr');
        const hook = shell.vars.text('PROMPT_COMMAND');
        if (hook !== undefined && hook !== '') await this.#runLine(hook, command.line);
      }
      const event = await this.#readLine(
        expandPrompt(shell, shell.vars.text(command.text === '' ? 'PS1' : 'PS2') ?? ''),
      );
      if (event.kind === 'interrupt') {
        command.clear();
        shell.status = 130;
        continue;
      }
      if (event.kind === 'end') {
        if (command.text !== '') this.write(`${shell.name}: syntax error: unexpected end of file\n`, 'stderr');
        if (shell.kind === 'bash') this.write('logout\n', 'stderr');
        shell.jobs!.lines += 1;
        if (!shell.jobs!.warns()) return shell.status;
        this.write('There are stopped jobs.\n', 'stderr');
        continue;
      }
      let typed = event.line;
      if (typed.trim() === '' && command.text === '') continue;
      this.observe({ kind: 'input', line: typed.slice(0, MAX_OBSERVED_TEXT) });
      const expanded = shell.options.has('histexpand')
        ? expandHistory(typed, shell.history)
        : { line: typed, changed: false };
      if ('missing' in expanded) {
        this.write(`${shell.name}: ${expanded.missing}\n`, 'stderr');
        continue;
      }
      typed = expanded.line;
      if (expanded.changed) this.write(`${typed}\n`, 'stderr');
      remember(shell, typed, command.text !== '');
      if (command.add(typed)) await command.run(typed, (text, line) => this.#runLine(text, line));
      else this.observe({ kind: 'bounded', what: 'line' });
    }
  }

  /** Runs one line in the foreground; answers as `runText` does. */
  async #runLine(text: string, line: number): Promise<string | undefined> {
    const shell = this.#shell;
    shell.jobs!.lines += 1;
    this.#foreground = new ProcessScope(this.clock, this.rootScope);
    shell.scope = this.#foreground;
    this.budget.reset();
    try {
      return await runText(shell, this.#fds, text, line, false);
    } catch (error) {
      if (error instanceof Killed && this.rootScope.killed === undefined) {
        shell.status = error.status;
        if (this.budget.exhausted) {
          this.budget.reset();
          this.write('Killed\n', 'stderr');
        } else this.write(error.signal === 'INT' ? '\n' : '', 'stderr');
        return undefined;
      }
      if (error instanceof ExitShell || error instanceof Killed) throw error;
      shell.status = this.#statusOf(error);
      return undefined;
    } finally {
      shell.scope.leave();
      shell.loopDepth = 0;
      shell.testing = 0;
      shell.depth = 0;
      if (shell.callStack.length > 0) shell.callStack = [];
      while (shell.vars.depth > 0) shell.vars.pop();
    }
  }

  #readLine(prompt: string): Promise<EditorEvent> {
    const edits = this.#shell.kind === 'bash' && isCapable(this.terminal!.type);
    return this.rootScope.wait<EditorEvent>((resolve) => this.#keyboard!.read(prompt, edits, resolve));
  }
}

/** Whether readline edits on it: one that terminfo does not know is as good as `dumb`. */
function isCapable(terminal: string): boolean {
  return terminal !== 'dumb' && isKnownTerminal(terminal);
}
