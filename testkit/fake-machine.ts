/**
 * A small machine in memory for the tests of single programs: a file system, a persona and a command context that keeps what was
 * written and observed. The real ones are opened by `openMachine`.
 */
import { ManualClock } from '@netsentinel/kernel/clock';
import type { Command, CommandContext, MachineProcess, RunOptions } from '@netsentinel/decoys/shell/command.types';
import type { Machine, MachineUser, ShellObservation } from '@netsentinel/decoys/shell/shell.types';
import { FakeFileSystem } from './fake-file-system.ts';
import { fakePersona } from './fake-persona.ts';
import { Sink, textInput } from './fake-streams.ts';

export interface FakeRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export type Programs = ReadonlyMap<string, { readonly path: string; readonly run: Command }>;

/** A machine with these programs, whose clock stands at 2026-01-01 00:00 UTC. */
export class FakeMachine {
  readonly clock = new ManualClock();
  readonly fs = new FakeFileSystem(() => this.clock.now());
  readonly observations: ShellObservation[] = [];
  readonly scripts: string[] = [];
  readonly killed: { pid: number; signal: string }[] = [];
  readonly env = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOME', '/root'],
    ['LANG', 'C.UTF-8'],
  ]);
  cwd = '/root';
  user: MachineUser = { name: 'root', uid: 0, gid: 0, groups: [0], home: '/root', shell: '/bin/bash' };
  terminal: CommandContext['terminal'];
  steps = 0;
  #programs: Programs;

  constructor(programs: Programs) {
    this.#programs = programs;
    for (const folder of [
      '/root',
      '/tmp',
      '/etc',
      '/var',
      '/var/log',
      '/usr',
      '/usr/bin',
      '/home',
      '/proc',
      '/dev',
      '/run',
    ])
      this.fs.mkdir(folder, this.user);
    this.fs.mkdir('/usr/sbin', this.user);
    for (const { path } of programs.values()) this.put(path, '\x7fELF', 0o755);
    const passwd = fakePersona.users.map(
      (user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`,
    );
    this.put('/etc/passwd', passwd.join(''));
    this.put('/etc/group', fakePersona.users.map((user) => `${user.name}:x:${user.gid}:\n`).join(''));
  }

  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    const written = this.fs.write(path, Buffer.from(content), this.user, { mode });
    if (!written.ok) throw new Error(`${path}: ${written.error}`);
  }

  async run(argv: readonly string[], stdin = ''): Promise<FakeRun> {
    const out = new Sink();
    const err = new Sink();
    const status = await this.#run(argv, { stdin: textInput(stdin), stdout: out, stderr: err });
    return { stdout: out.text, stderr: err.text, status };
  }

  async #run(argv: readonly string[], options: RunOptions): Promise<number> {
    const program = this.#programs.get((argv[0] ?? '').replace(/^.*\//, ''));
    if (program === undefined) {
      options.stderr?.write(`bash: line 1: ${argv[0]}: command not found\n`);
      return 127;
    }
    return program.run(this.#context(argv, options));
  }

  #context(argv: readonly string[], options: RunOptions): CommandContext {
    const cwd = options.cwd ?? this.cwd;
    const user = options.user ?? this.user;
    const stdin = options.stdin ?? textInput('');
    const stdout = options.stdout ?? new Sink();
    const stderr = options.stderr ?? new Sink();
    const inherit = (given: RunOptions = {}): RunOptions => ({
      env: options.env ?? this.env,
      cwd,
      user,
      stdin,
      stdout,
      stderr,
      ...given,
    });
    const startedAt = this.clock.now();
    const self: MachineProcess = {
      pid: 1433,
      ppid: 1402,
      user: user.name,
      uid: user.uid,
      tty: 'pts/0',
      state: 'R+',
      startedAt,
      cpuSeconds: 0,
      rssKb: 4300,
      vszKb: 10_940,
      comm: (argv[0] ?? '').replace(/^.*\//, ''),
      args: argv.join(' '),
    };
    const others: MachineProcess[] = [
      {
        ...self,
        pid: 1,
        ppid: 0,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'Ss',
        comm: 'systemd',
        args: '/sbin/init',
        startedAt: startedAt - 9e8,
      },
      {
        ...self,
        pid: 2,
        ppid: 0,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'S',
        comm: 'kthreadd',
        args: '[kthreadd]',
        rssKb: 0,
        vszKb: 0,
        startedAt: startedAt - 9e8,
      },
      {
        ...self,
        pid: 612,
        ppid: 1,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'Ss',
        comm: 'sshd',
        args: 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups',
      },
      { ...self, pid: 1402, ppid: 612, state: 'Ss', comm: 'bash', args: '-bash' },
    ];
    return {
      argv,
      cwd,
      user,
      stdin,
      stdout,
      stderr,
      env: options.env ?? this.env,
      machine: this.#machine(),
      fs: this.fs,
      clock: this.clock,
      terminal: this.terminal,
      client: { ip: '198.51.100.7', port: 40_112 },
      server: { ip: '192.0.2.17', port: 22 },
      resolve: (path) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`),
      processes: {
        self,
        list: () => [...others, self],
        kill: (pid, signal) => {
          if (![...others, self].some((process) => process.pid === pid)) return 'no-such-process';
          this.killed.push({ pid, signal });
          return 'done';
        },
      },
      observe: (observation) => void this.observations.push(observation),
      step: (count = 1) => {
        this.steps += count;
        if (this.steps > 5_000_000) throw new Error('steps exhausted');
      },
      sleep: (ms) => {
        this.clock.advance(ms);
        return Promise.resolve();
      },
      run: (next, given) => this.#run(next, inherit(given)),
      runScript: async (source, _args, given) => {
        this.scripts.push(source);
        let status = 0;
        for (const line of source.split(/[\n;]/)) {
          const words = line.trim().split(/\s+/);
          if (words[0] !== '') status = await this.#run(words, inherit(given));
        }
        return status;
      },
    };
  }

  #machine(): Machine {
    return {
      persona: fakePersona,
      fs: this.fs,
      revision: 0,
      user: (name) => {
        const found = fakePersona.users.find((user) => user.name === name);
        return found === undefined ? undefined : { ...found, groups: [found.gid] };
      },
      snapshot: () => new Uint8Array(),
      openShell: () => {
        throw new Error('a fake machine opens no shell');
      },
    };
  }
}
