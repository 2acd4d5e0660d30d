/** The machine's process table as one session uses it: what it starts is under its own shell and goes with it. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { MachineProcess, ProcessTable } from '../command.types.ts';
import { sshdPid, systemProcesses } from '../fs/system-processes.ts';
import type { LoginDaemon, Machine, MachineUser } from '../shell.types.ts';
import { type MachineProcesses, processesOf } from './machine-processes.ts';
import type { ProcessScope } from './process-scope.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'HUP',
  'INT',
  'QUIT',
  'KILL',
  'TERM',
  'PIPE',
  'ABRT',
  'SEGV',
  'ALRM',
  'USR1',
  'USR2',
]);

export interface SessionPlace {
  readonly user: MachineUser;
  /** Where the user came from. */
  readonly from: string;
  readonly hasTerminal: boolean;
  /** Ends with the session. */
  readonly scope: ProcessScope;
  /** Command line of the login shell. */
  readonly args: string;
  readonly by: LoginDaemon;
}

export class SessionProcesses {
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #table: MachineProcesses;
  readonly #mine = new Set<number>();
  readonly #shell: MachineProcess;
  /** Such as `pts/0`; `?` without a terminal. */
  readonly tty: string;
  readonly shellPid: number;
  #left = false;

  constructor(machine: Machine, clock: Clock, place: SessionPlace) {
    const { user, hasTerminal } = place;
    this.#machine = machine;
    this.#clock = clock;
    this.#table = processesOf(machine, clock);
    this.#table.wake();
    const tty = hasTerminal ? this.#table.takeTerminal() : '?';
    this.tty = tty;
    const session = place.by === 'telnet' ? this.#telnetLogin(place) : this.#sshLogin(place, tty);
    this.shellPid = this.add(user, session, place.args, 'bash', place.scope, {
      rssKb: 5100,
      isShell: true,
      from: place.from,
    });
    this.#shell = this.#table.entries.get(this.shellPid)!.process;
  }

  #sshLogin({ user, hasTerminal }: SessionPlace, tty: string): number {
    const root = { name: 'root', uid: 0 };
    const shown = user.uid === 0 ? `${user.name}@${hasTerminal ? tty : 'notty'}` : `${user.name} [priv]`;
    const daemon = sshdPid(this.#machine.persona);
    const monitor = this.add(root, daemon, `sshd: ${shown}`, 'sshd', undefined, { tty: '?', rssKb: 10_400 });
    if (user.uid === 0) return monitor;
    return this.add(user, monitor, `sshd: ${user.name}@${hasTerminal ? tty : 'notty'}`, 'sshd', undefined, {
      tty: '?',
      rssKb: 6700,
    });
  }

  #telnetLogin({ from }: SessionPlace): number {
    const root = { name: 'root', uid: 0 };
    const daemon = this.add(root, 1, 'telnetd', 'telnetd', undefined, { tty: '?', rssKb: 2600 });
    return this.add(root, daemon, `/bin/login -p -h ${from}`, 'login', undefined, { rssKb: 4300 });
  }

  /** The session ended: its processes are gone, and its terminal free. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    for (const pid of this.#mine) this.#table.entries.delete(pid);
    this.#mine.clear();
    if (this.tty === '?') return;
    const { user, startedAt, from = '' } = this.#shell;
    this.#table.leaveTerminal({ user, tty: this.tty, from, start: startedAt });
  }

  add(
    user: { name: string; uid: number },
    ppid: number,
    args: string,
    comm: string,
    scope: ProcessScope | undefined,
    more: {
      readonly tty?: string;
      readonly rssKb?: number;
      /** The job of a terminal that it starts in. */
      readonly job?: ProcessScope | undefined;
      readonly isShell?: boolean;
      readonly from?: string;
    } = {},
  ): number {
    const pid = this.#table.takePid();
    const { rssKb = 3400, job } = more;
    const process: MachineProcess = {
      pid,
      ppid,
      user: user.name,
      uid: user.uid,
      tty: more.tty ?? this.tty,
      state: comm === 'bash' ? 'Ss' : 'S+',
      startedAt: this.#clock.now(),
      cpuSeconds: 0,
      rssKb,
      vszKb: rssKb * 2 - (rssKb % 40),
      comm: comm.slice(0, 15),
      args: args.slice(0, 4096),
      ...(more.from === undefined ? {} : { from: more.from }),
    };
    if (this.#left) return pid;
    const leads = job !== undefined && this.leaderOf(job) === undefined;
    this.#table.entries.set(pid, {
      process,
      scope: leads ? job : scope,
      job: job ?? (more.isShell === true ? undefined : scope),
      isShell: more.isShell === true,
    });
    this.#mine.add(pid);
    return pid;
  }

  /** A number for a subshell that nobody will see in `ps`. */
  number(): number {
    return this.#table.takePid();
  }

  remove(pid: number): void {
    this.#table.entries.delete(pid);
    this.#mine.delete(pid);
  }

  /** The first process of a job. */
  leaderOf(job: ProcessScope): number | undefined {
    for (const [pid, entry] of this.#table.entries) if (entry.job === job) return pid;
    return undefined;
  }

  has(pid: number): boolean {
    return this.#table.entries.has(pid);
  }

  list(): readonly MachineProcess[] {
    const now = this.#clock.now();
    const booted = this.#machine.persona.bootedAt(now);
    const days = (now - booted) / 86_400_000;
    const system = systemProcesses(this.#machine.persona)
      .filter((item) => !this.#table.killed.has(item.pid))
      .map((item) => ({
        pid: item.pid,
        ppid: item.ppid,
        user: item.user,
        uid: item.uid,
        tty: item.tty,
        state: item.state,
        startedAt: booted + item.startedAfterMs,
        cpuSeconds: Math.floor(item.cpuSecondsPerDay * days),
        rssKb: item.rssKb,
        vszKb: item.vszKb,
        comm: item.comm,
        args: item.args,
      }));
    return [
      ...system,
      ...[...this.#table.entries.values()].map((entry) =>
        entry.job?.stopped === true ? { ...entry.process, state: 'T' } : entry.process,
      ),
    ];
  }

  kill(pid: number, signal: string, by: MachineUser): 'done' | 'no-such-process' | 'not-permitted' {
    const name = signal.replace(/^SIG/, '');
    const entry = this.#table.entries.get(pid);
    if (entry !== undefined) {
      if (by.uid !== 0 && by.uid !== entry.process.uid) return 'not-permitted';
      if (entry.isShell && ['TERM', 'INT', 'QUIT', 'TSTP'].includes(name)) return 'done';
      if (name === 'STOP' || name === 'TSTP' || name === 'TTIN' || name === 'TTOU') {
        if (!entry.isShell) entry.scope?.stop();
      } else if (name === 'CONT') entry.scope?.continue();
      else if (name !== '0' && SIGNALS.has(name)) {
        entry.scope?.kill(name === 'HUP' || name === 'INT' || name === 'KILL' || name === 'QUIT' ? name : 'TERM');
      }
      return 'done';
    }
    const system = systemProcesses(this.#machine.persona).find((item) => item.pid === pid);
    if (system === undefined || this.#table.killed.has(pid)) return 'no-such-process';
    if (by.uid !== 0 && by.uid !== system.uid) return 'not-permitted';
    if (
      system.executable !== '' &&
      pid !== 1 &&
      ['TERM', 'KILL', 'HUP', 'INT', 'QUIT'].includes(name) &&
      !(name === 'HUP' && system.state.includes('s'))
    ) {
      this.#table.killed.add(pid);
    }
    return 'done';
  }

  /** The table as a program with this number sees it. */
  tableFor(pid: number): ProcessTable {
    return {
      list: () => this.list(),
      kill: (target, signal, by) => this.kill(target, signal, by),
      self: this.#table.entries.get(pid)?.process ?? this.#shell,
      visits: () => this.#table.visits,
    };
  }
}
