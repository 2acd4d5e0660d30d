/**
 * What the sessions of one machine share: the process table with its numbers, the terminals, and the record of logins (wtmp). As large as the sessions
 * that live, each of which is bounded; of those that ended the last ones are remembered.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { MachineProcess, PastVisit } from '../command.types.ts';
import type { Machine } from '../shell.types.ts';
import type { ProcessScope } from './process-scope.ts';

const MAX_VISITS = 64;
/** The kernel's `pid_max` on 64 bits; numbers begin anew behind the system's own. */
const PID_MAX = 4_194_304;
const FIRST_PID = 1200;
/** Seconds for each number that the machine itself uses up. */
const SECONDS_PER_PID = 7;

export interface ProcessEntry {
  readonly process: MachineProcess;
  /** What a signal to it reaches. */
  readonly scope: ProcessScope | undefined;
  /** The job that it is part of, whose stops it shares; the first process of a job leads it. */
  readonly job: ProcessScope | undefined;
  /** A login shell, which ignores what interactive shells ignore. */
  readonly isShell: boolean;
}

export class MachineProcesses {
  readonly entries = new Map<number, ProcessEntry>();
  /** Processes of the system that were killed. */
  readonly killed = new Set<number>();
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #terminals = new Set<number>();
  readonly #visits: PastVisit[] = [];
  #nextPid = FIRST_PID;

  constructor(machine: Machine, clock: Clock) {
    this.#machine = machine;
    this.#clock = clock;
  }

  /** Numbers go on while nobody is logged in. */
  wake(): void {
    const now = this.#clock.now();
    const uptime = Math.max(60, (now - this.#machine.persona.bootedAt(now)) / 1000);
    this.#nextPid = Math.max(this.#nextPid, FIRST_PID + (Math.floor(uptime / SECONDS_PER_PID) % 60_000));
  }

  takePid(): number {
    for (;;) {
      const pid = this.#nextPid;
      this.#nextPid = pid + 1 >= PID_MAX ? FIRST_PID : pid + 1;
      if (!this.entries.has(pid)) return pid;
    }
  }

  /** The lowest terminal that is free, such as `pts/1`. */
  takeTerminal(): string {
    let number = 0;
    while (this.#terminals.has(number)) number += 1;
    this.#terminals.add(number);
    return `pts/${number}`;
  }

  /** A session with a terminal ended. */
  leaveTerminal(visit: Omit<PastVisit, 'end'>): void {
    this.#terminals.delete(Number(visit.tty.slice('pts/'.length)));
    this.#visits.unshift({ ...visit, end: this.#clock.now() });
    if (this.#visits.length > MAX_VISITS) this.#visits.pop();
  }

  /** The latest first. */
  get visits(): readonly PastVisit[] {
    return this.#visits;
  }
}

const tables = new WeakMap<Machine, MachineProcesses>();

/** The one of this machine; gone with it. */
export function processesOf(machine: Machine, clock: Clock): MachineProcesses {
  let table = tables.get(machine);
  if (table === undefined) {
    table = new MachineProcesses(machine, clock);
    tables.set(machine, table);
  }
  return table;
}
