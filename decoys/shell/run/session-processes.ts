/** The process table as one session sees it: the machine's own processes and those the session started. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { MachineProcess, ProcessTable } from '../command.types.ts';
import { sshdPid, systemProcesses } from '../fs/system-processes.ts';
import type { Machine, MachineUser } from '../shell.types.ts';
import type { ProcessScope } from './process-scope.ts';

interface Entry {
  readonly process: MachineProcess;
  readonly scope: ProcessScope | undefined;
  /** The job that it is part of, whose stops it shares; the first process of a job leads it. */
  readonly job: ProcessScope | undefined;
}

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

export class SessionProcesses {
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();
  readonly #tty: string;
  #killedSystem: Set<number> | undefined;
  #nextPid: number;
  readonly shellPid: number;

  constructor(machine: Machine, clock: Clock, user: MachineUser, tty: string, scope: ProcessScope, args: string) {
    this.#machine = machine;
    this.#clock = clock;
    this.#tty = tty;
    const now = clock.now();
    const uptime = Math.max(60, (now - machine.persona.bootedAt(now)) / 1000);
    this.#nextPid = 1200 + (Math.floor(uptime / 7) % 60_000);
    const root = { name: 'root', uid: 0 };
    const monitor = this.add(
      root,
      sshdPid(machine.persona),
      `sshd: ${user.name}${tty === '?' ? '@notty' : ' [priv]'}`,
      'sshd',
      undefined,
      '?',
      10_400,
    );
    const session =
      user.uid === 0
        ? monitor
        : this.add(user, monitor, `sshd: ${user.name}@${tty === '?' ? 'notty' : tty}`, 'sshd', undefined, '?', 6700);
    this.shellPid = this.add(user, session, args, 'bash', scope, tty, 5100);
  }

  add(
    user: { name: string; uid: number },
    ppid: number,
    args: string,
    comm: string,
    scope: ProcessScope | undefined,
    tty = this.#tty,
    rssKb = 3400,
    job?: ProcessScope,
  ): number {
    const pid = this.#nextPid++;
    const process: MachineProcess = {
      pid,
      ppid,
      user: user.name,
      uid: user.uid,
      tty,
      state: comm === 'bash' ? 'Ss' : 'S+',
      startedAt: this.#clock.now(),
      cpuSeconds: 0,
      rssKb,
      vszKb: rssKb * 2 - (rssKb % 40),
      comm: comm.slice(0, 15),
      args: args.slice(0, 4096),
    };
    const leads = job !== undefined && this.leaderOf(job) === undefined;
    this.#entries.set(pid, { process, scope: leads ? job : scope, job: job ?? scope });
    return pid;
  }

  /** A number for a subshell that nobody will see in `ps`. */
  number(): number {
    return this.#nextPid++;
  }

  remove(pid: number): void {
    this.#entries.delete(pid);
  }

  /** The first process of a job. */
  leaderOf(job: ProcessScope): number | undefined {
    for (const [pid, entry] of this.#entries) if (entry.job === job) return pid;
    return undefined;
  }

  has(pid: number): boolean {
    return this.#entries.has(pid);
  }

  list(): readonly MachineProcess[] {
    const now = this.#clock.now();
    const booted = this.#machine.persona.bootedAt(now);
    const days = (now - booted) / 86_400_000;
    const system = systemProcesses(this.#machine.persona)
      .filter((item) => this.#killedSystem?.has(item.pid) !== true)
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
      ...[...this.#entries.values()].map((entry) =>
        entry.job?.stopped === true ? { ...entry.process, state: 'T' } : entry.process,
      ),
    ];
  }

  kill(pid: number, signal: string, by: MachineUser): 'done' | 'no-such-process' | 'not-permitted' {
    const name = signal.replace(/^SIG/, '');
    const entry = this.#entries.get(pid);
    if (entry !== undefined) {
      if (by.uid !== 0 && by.uid !== entry.process.uid) return 'not-permitted';
      if (pid === this.shellPid && ['TERM', 'INT', 'QUIT', 'TSTP'].includes(name)) return 'done';
      if (name === 'STOP' || name === 'TSTP' || name === 'TTIN' || name === 'TTOU') {
        if (pid !== this.shellPid) entry.scope?.stop();
      } else if (name === 'CONT') entry.scope?.continue();
      else if (name !== '0' && SIGNALS.has(name)) {
        entry.scope?.kill(name === 'HUP' || name === 'INT' || name === 'KILL' || name === 'QUIT' ? name : 'TERM');
      }
      return 'done';
    }
    const system = systemProcesses(this.#machine.persona).find((item) => item.pid === pid);
    if (system === undefined || this.#killedSystem?.has(pid) === true) return 'no-such-process';
    if (by.uid !== 0 && by.uid !== system.uid) return 'not-permitted';
    if (
      system.executable !== '' &&
      pid !== 1 &&
      ['TERM', 'KILL', 'HUP', 'INT', 'QUIT'].includes(name) &&
      !(name === 'HUP' && system.state.includes('s'))
    ) {
      this.#killedSystem ??= new Set();
      this.#killedSystem.add(pid);
    }
    return 'done';
  }

  /** The table as a program with this number sees it. */
  tableFor(pid: number): ProcessTable {
    return {
      list: () => this.list(),
      kill: (target, signal, by) => this.kill(target, signal, by),
      self: this.#entries.get(pid)?.process ?? this.#entries.get(this.shellPid)!.process,
    };
  }
}
