/** One session on the machine: an `exec` command, a script on standard input, or a terminal with prompt and line editing. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { OverlayFileSystem } from './fs/overlay-fs.ts';
import { bytesOf, textOf } from './lang/byte-text.ts';
import { greeting, loginEnvironment } from './login.ts';
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
import { SessionProcesses } from './run/session-processes.ts';
import { type ShellMode, ShellState } from './run/shell-state.ts';
import { runStream, runText } from './run/source-stream.ts';
import type { OpenFile } from './run/streams.ts';
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
import { CookedLine, SessionInput } from './terminal/cooked-input.ts';
import { expandHistory } from './terminal/history-expansion.ts';
import { type EditorEvent, LineEditor } from './terminal/line-editor.ts';

const MAX_OBSERVED_TEXT = 16 * 1024;
const MAX_TYPE_AHEAD = 64 * 1024;
const MAX_HISTORY = 1000;
const NOBODY: MachineUser = { name: 'nobody', uid: 65_534, gid: 65_534, groups: [65_534], home: '/', shell: '/bin/sh' };

export function openShell(machine: Machine, fs: OverlayFileSystem, clock: Clock, options: ShellOptions): ShellSession {
  return new Session(machine, fs, clock, options);
}

class Session implements SessionHost, ShellSession {
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
  #cooked: CookedLine | undefined;
  #editor: LineEditor | undefined;
  #foreground: ProcessScope;
  #paused: Promise<void> | undefined;
  #unpause: (() => void) | undefined;
  #ended = false;
  /** Keys that came while no editor was reading. */
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #atPrompt: ((event: EditorEvent) => void) | undefined;
  #partial: Uint8Array = new Uint8Array(0);

  constructor(machine: Machine, fs: OverlayFileSystem, clock: Clock, options: ShellOptions) {
    this.machine = machine;
    this.fs = fs;
    this.clock = clock;
    this.#options = options;
    this.client = options.client;
    this.server = options.server;
    this.terminal = options.terminal;
    this.#user = machine.user(options.user) ?? NOBODY;
    this.budget = new Budget(clock, (observation) => this.observe(observation));
    this.rootScope = new ProcessScope(clock);
    this.#foreground = new ProcessScope(clock, this.rootScope);
    const tty = options.terminal === undefined ? '?' : 'pts/0';
    const dash = /\/(?:sh|dash)$/.test(this.#user.shell);
    const name = options.command === undefined ? `-${dash ? 'sh' : 'bash'}` : dash ? 'sh' : 'bash';
    this.processes = new SessionProcesses(
      machine,
      clock,
      this.#user,
      tty,
      this.rootScope,
      options.command === undefined ? name : `${name} -c ${options.command.slice(0, 512)}`,
    );
    const mode: ShellMode =
      options.command !== undefined ? 'command' : options.terminal === undefined ? 'stdin' : 'interactive';
    const home = fs.stat(this.#user.home, this.#user);
    const cwd = home.ok && home.value.type === 'directory' ? this.#user.home : '/';
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
    importEnvironment(this.#shell, loginEnvironment(machine, this.#user, options));
    this.#input = new SessionInput(
      () => this.#foreground,
      options.terminal !== undefined,
      (on) => {
        if (this.#cooked !== undefined) this.#cooked.echo = on;
      },
    );
    const isTerminal = options.terminal !== undefined;
    const output = (stream: 'stdout' | 'stderr'): OpenFile => ({
      output: { isTerminal, write: (data) => this.#write(data, stream) },
    });
    this.#fds = new Map([
      [0, { input: this.#input } as OpenFile],
      [1, output('stdout')],
      [2, output('stderr')],
    ]);
    if (isTerminal) this.#input.onStarved = () => this.#feedAhead();
    queueMicrotask(() => void this.#run());
  }

  observe(observation: ShellObservation): void {
    if (!this.#ended) this.#options.observe(observation);
  }

  writable(): Promise<void> | undefined {
    return this.#paused;
  }

  input(chunk: Uint8Array): void {
    if (this.#ended || chunk.length === 0) return;
    if (this.#options.terminal === undefined) {
      if (!this.#input.push(chunk.slice())) this.observe({ kind: 'bounded', what: 'input' });
      return;
    }
    if (this.#atPrompt !== undefined) this.#feedEditor(chunk);
    else this.#feedRunning(chunk);
  }

  end(): void {
    if (this.#ended) return;
    if (this.#options.terminal !== undefined && this.#atPrompt !== undefined) this.#atPrompt({ kind: 'end' });
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
    this.#atPrompt = undefined;
    this.#editor = undefined;
    this.#ahead = [];
    this.resume();
    this.rootScope.kill('HUP');
  }

  #finish(status: { readonly code: number } | { readonly signal: string }): void {
    if (this.#ended) return;
    this.destroy();
    this.#options.exit(status);
  }

  #write(data: string | Uint8Array, stream: 'stdout' | 'stderr'): void {
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

  /** Straight to the terminal, without newline conversion or bounds of a command. */
  #show(text: string): void {
    if (text !== '') this.#send(bytesOf(text), 'stdout');
  }

  async #run(): Promise<void> {
    if (this.#ended) return;
    try {
      if (/\/(?:nologin|false)$/.test(this.#user.shell)) {
        if (this.#user.shell.endsWith('nologin')) this.#write('This account is currently not available.\n', 'stdout');
        this.#finish({ code: 1 });
        return;
      }
      const { command, terminal } = this.#options;
      let code: number;
      if (command !== undefined) code = await this.#exec(command);
      else if (terminal === undefined)
        code = await this.#guard(() => runStream(this.#shell, this.#fds, this.#input, false));
      else code = await this.#interact();
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

  async #exec(command: string): Promise<number> {
    this.observe({ kind: 'input', line: command.slice(0, MAX_OBSERVED_TEXT) });
    if (command.length > SHELL_LIMITS.maxLineBytes) {
      this.observe({ kind: 'bounded', what: 'line' });
      this.#write(`${this.#shell.name}: Argument list too long\n`, 'stderr');
      return 126;
    }
    return this.#guard(async () => {
      await this.#startFiles([`${this.#user.home}/.bashrc`]);
      return runSource(this.#shell, this.#fds, command);
    });
  }

  /** Runs to the end of the shell, whatever way it takes. */
  async #guard(run: () => Promise<number>): Promise<number> {
    let status: number;
    try {
      status = await run();
    } catch (error) {
      status = this.#statusOf(error);
    }
    return runExitTrap(this.#shell, this.#fds, status);
  }

  #statusOf(error: unknown): number {
    if (error instanceof ExitShell || error instanceof AbandonLine || error instanceof ReturnFunction)
      return error.status;
    if (error instanceof BreakLoop) return 0;
    if (error instanceof VariablesFull) {
      this.observe({ kind: 'bounded', what: 'memory' });
      this.#write(`${this.#shell.name}: xmalloc: cannot allocate 1048576 bytes (1093632 bytes allocated)\n`, 'stderr');
      return 2;
    }
    throw error;
  }

  /** Start-up files that the attacker changed; those of the installation have no effect that is not built in. */
  async #startFiles(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (!this.fs.stat(path, this.#user).ok || this.fs.isOriginal(path)) continue;
      const read = this.fs.read(path, this.#user, 0, SHELL_LIMITS.maxLineBytes);
      if (!read.ok) continue;
      try {
        await runSource(this.#shell, this.#fds, textOf(read.value));
      } catch (error) {
        if (!(error instanceof AbandonLine || error instanceof ReturnFunction)) throw error;
      }
    }
  }

  async #interact(): Promise<number> {
    const shell = this.#shell;
    const home = this.#user.home;
    this.#write(greeting(this.machine, this.#user, this.client.ip, this.clock.now()), 'stdout');
    shell.vars.set('PS1', shell.kind === 'dash' ? (this.#user.uid === 0 ? '# ' : '$ ') : '\\u@\\h:\\w\\$ ');
    shell.vars.set('PS2', '> ');
    shell.vars.set('HISTFILE', `${home}/.bash_history`);
    shell.vars.set('HISTSIZE', this.#user.uid === 0 ? '500' : '1000');
    shell.vars.set('HISTFILESIZE', this.#user.uid === 0 ? '500' : '2000');
    shell.vars.set('COLUMNS', String(this.terminal!.columns));
    shell.vars.set('LINES', String(this.terminal!.rows));
    if (this.#user.uid !== 0) shell.aliases.set('ls', 'ls --color=auto');
    const saved = this.fs.read(`${home}/.bash_history`, this.#user, 0, 65_536);
    if (saved.ok)
      shell.history.push(
        ...textOf(saved.value)
          .split('\n')
          .filter((line) => line !== '')
          .slice(-MAX_HISTORY),
      );
    const known = shell.history.length;
    const code = await this.#guard(async () => {
      await this.#startFiles([
        '/etc/profile',
        '/etc/bash.bashrc',
        `${home}/.bash_profile`,
        `${home}/.profile`,
        `${home}/.bashrc`,
      ]);
      return this.#prompts();
    });
    this.#saveHistory(known);
    return code;
  }

  #saveHistory(known: number): void {
    const path = this.#shell.vars.text('HISTFILE') ?? '';
    const fresh = this.#shell.history.slice(known);
    if (path === '' || fresh.length === 0 || (this.#shell.vars.text('HISTSIZE') ?? '') === '0') return;
    if (this.#shell.resolve(path) === '/dev/null') return;
    this.fs.write(this.#shell.resolve(path), bytesOf(fresh.map((line) => `${line}\n`).join('')), this.#user, {
      append: true,
      mode: 0o600,
    });
  }

  async #prompts(): Promise<number> {
    const shell = this.#shell;
    let text = '';
    let line = 1;
    for (;;) {
      if (text === '') {
        const told = shell.jobs!.takeFinished();
        if (told !== '') this.#write(told, 'stderr');
        const hook = shell.vars.text('PROMPT_COMMAND');
        if (hook !== undefined && hook !== '') await this.#runLine(hook, line);
      }
      const event = await this.#readLine(expandPrompt(shell, shell.vars.text(text === '' ? 'PS1' : 'PS2') ?? ''));
      if (event.kind === 'interrupt') {
        text = '';
        shell.status = 130;
        continue;
      }
      if (event.kind === 'end') {
        if (text !== '') this.#write(`${shell.name}: syntax error: unexpected end of file\n`, 'stderr');
        this.#write('logout\n', 'stderr');
        return shell.status;
      }
      let typed = event.line;
      if (typed.trim() === '' && text === '') continue;
      this.observe({ kind: 'input', line: typed.slice(0, MAX_OBSERVED_TEXT) });
      const expanded = shell.options.has('histexpand')
        ? expandHistory(typed, shell.history)
        : { line: typed, changed: false };
      if ('missing' in expanded) {
        this.#write(`${shell.name}: ${expanded.missing}\n`, 'stderr');
        continue;
      }
      typed = expanded.line;
      if (expanded.changed) this.#write(`${typed}\n`, 'stderr');
      this.#remember(typed, text !== '');
      text += `${typed}\n`;
      if (text.length > SHELL_LIMITS.maxLineBytes) {
        this.observe({ kind: 'bounded', what: 'line' });
        text = '';
        continue;
      }
      if (await this.#runLine(text, line)) {
        line += text.split('\n').length - 1;
        text = '';
      }
    }
  }

  #remember(line: string, continued: boolean): void {
    const { history } = this.#shell;
    const control = this.#shell.vars.text('HISTCONTROL') ?? '';
    if (!this.#shell.options.has('history')) return;
    if (/ignore(?:space|both)/.test(control) && line.startsWith(' ')) return;
    if (/ignore(?:dups|both)/.test(control) && history.at(-1) === line) return;
    if (continued && history.length > 0) history[history.length - 1] += `; ${line}`.slice(0, 4096);
    else history.push(line.slice(0, 4096));
    if (history.length > MAX_HISTORY) history.shift();
  }

  /** Runs one line in the foreground; false where it needs more lines. */
  async #runLine(text: string, line: number): Promise<boolean> {
    const shell = this.#shell;
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
          this.#write('Killed\n', 'stderr');
        } else this.#write(error.signal === 'INT' ? '\n' : '', 'stderr');
        return true;
      }
      if (error instanceof ExitShell || error instanceof Killed) throw error;
      shell.status = this.#statusOf(error);
      return true;
    } finally {
      this.#foreground.leave();
      shell.loopDepth = 0;
      shell.testing = 0;
      shell.depth = 0;
      if (shell.callStack.length > 0) shell.callStack = [];
      while (shell.vars.depth > 0) shell.vars.pop();
    }
  }

  /** Hands the terminal to the editor until a line is done. */
  async #readLine(prompt: string): Promise<EditorEvent> {
    this.#editor ??= new LineEditor(
      {
        write: (text) => this.#show(text),
        history: () => this.#shell.history,
        complete: (line) => completions(this.#shell, line),
      },
      this.#shell.kind === 'bash' && this.terminal!.type !== 'dumb',
    );
    this.#takeUnread();
    const editor = this.#editor;
    return this.rootScope.wait<EditorEvent>((resolve) => {
      this.#atPrompt = (event) => {
        this.#atPrompt = undefined;
        resolve(event);
      };
      editor.begin(prompt);
      const ahead = this.#ahead;
      this.#ahead = [];
      this.#aheadBytes = 0;
      for (const chunk of ahead) this.input(chunk);
    });
  }

  #feedEditor(chunk: Uint8Array): void {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    const complete = bytes.length - incompleteTail(bytes);
    this.#partial = bytes.slice(complete);
    const chars = new TextDecoder().decode(bytes.subarray(0, complete));
    let used = 0;
    for (const char of chars) {
      used += char.length;
      if (char === '\n' && chars[used - 2] === '\r') continue;
      const event = this.#editor?.feed(char);
      if (event === undefined) continue;
      const rest = chars.slice(used);
      const done = this.#atPrompt;
      if (rest !== '') this.#queue(new TextEncoder().encode(rest));
      done?.(event);
      return;
    }
  }

  #queue(bytes: Uint8Array): void {
    if (this.#aheadBytes + bytes.length > MAX_TYPE_AHEAD) {
      this.observe({ kind: 'bounded', what: 'input' });
      return;
    }
    this.#aheadBytes += bytes.length;
    this.#ahead.push(bytes.slice());
  }

  /** Keys while a command runs: signals at once, the rest as the kernel would keep it for whoever reads. */
  #feedRunning(chunk: Uint8Array): void {
    this.#cooked ??= new CookedLine(this.#input, (text) => this.#show(text));
    for (const byte of chunk) {
      if (byte === 3 || byte === 28 || byte === 26) {
        this.#show(byte === 3 ? '^C' : byte === 28 ? '^\\' : '^Z');
        this.#input.drain();
        this.#cooked.take();
        if (byte === 26) this.#write('\n[1]+  Stopped\n', 'stderr');
        this.#foreground.kill(byte === 28 ? 'QUIT' : 'INT');
      } else this.#cooked.feed(byte);
    }
  }

  /** A command reads what was typed ahead; it was shown already or never will be. */
  #feedAhead(): void {
    if (this.#ahead.length === 0) return;
    this.#cooked ??= new CookedLine(this.#input, (text) => this.#show(text));
    const { echo } = this.#cooked;
    this.#cooked.echo = false;
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#aheadBytes = 0;
    for (const part of ahead) for (const byte of part) this.#cooked.feed(byte);
    this.#cooked.echo = echo;
  }

  /** What no command read goes to the editor, as from the kernel's buffer. */
  #takeUnread(): void {
    const rest = [this.#input.drain(), this.#cooked?.take() ?? new Uint8Array(0)];
    if (this.#cooked !== undefined) this.#cooked.echo = true;
    for (const part of rest.reverse()) {
      if (part.length === 0) continue;
      this.#ahead.unshift(part);
      this.#aheadBytes += part.length;
    }
  }
}

/** `\n` as `\r\n`, as a terminal's output settings have it. */
function withReturns(bytes: Uint8Array): Uint8Array {
  let count = 0;
  for (const byte of bytes) if (byte === 10) count++;
  const result = new Uint8Array(bytes.length + count);
  let at = 0;
  for (const byte of bytes) {
    if (byte === 10) result[at++] = 13;
    result[at++] = byte;
  }
  return result;
}

/** Bytes at the end that begin a character whose rest has not come. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return wanted > back ? back : 0;
  }
  return 0;
}
