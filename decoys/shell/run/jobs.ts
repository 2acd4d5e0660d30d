/** Jobs of a session: numbers as `jobs` shows them, and a way to wait for, to stop and to end them. */
import type { ProcessScope } from './process-scope.ts';

export interface Job {
  readonly number: number;
  readonly pid: number;
  readonly command: string;
  readonly scope: ProcessScope;
  /** Set once it ended. */
  status: number | undefined;
  readonly finished: Promise<number>;
  /** The user was told that it stopped. */
  seenStopped: boolean;
  /** It was killed while it was stopped: bash shows it once more as it was. */
  diedStopped: boolean;
}

type JobState = 'Running' | 'Stopped' | 'Done' | 'Exit' | 'Terminated' | 'Killed' | 'Hangup' | 'Interrupt' | 'Quit';

const BY_SIGNAL: Readonly<Record<number, JobState>> = {
  129: 'Hangup',
  130: 'Interrupt',
  131: 'Quit',
  137: 'Killed',
  143: 'Terminated',
};

export function stateOf(job: Job): JobState {
  if (job.status === undefined) return job.scope.stopped ? 'Stopped' : 'Running';
  if (job.status === 0) return 'Done';
  return BY_SIGNAL[job.status] ?? 'Exit';
}

export class JobTable {
  readonly list: Job[] = [];
  /** The last one used comes last. */
  #recent: Job[] = [];
  /** Command lines so far; where one warned of stopped jobs, the next may leave them. */
  lines = 0;
  #warnedAt = -1;

  add(pid: number, command: string, scope: ProcessScope, finished: Promise<number>): Job {
    const number = Math.max(0, ...this.list.map((job) => job.number)) + 1;
    const job: Job = {
      number,
      pid,
      command,
      scope,
      status: undefined,
      finished,
      seenStopped: false,
      diedStopped: false,
    };
    this.list.push(job);
    this.touch(job);
    return job;
  }

  /** It becomes the current one among those in its state. */
  touch(job: Job): void {
    this.#recent = [...this.#recent.filter((each) => each !== job), job];
  }

  /** `%+` and `%-`: stopped ones come before those that run. */
  get current(): readonly [Job | undefined, Job | undefined] {
    const isStopped = (job: Job): boolean => job.diedStopped || stateOf(job) === 'Stopped';
    const order = [...this.#recent.filter((job) => !isStopped(job)), ...this.#recent.filter(isStopped)];
    return [order.at(-1), order.at(-2)];
  }

  /** `%1`, `%+`, `%-`, `%name`, `%?part` or a process number. */
  find(spec: string): Job | undefined {
    if (!spec.startsWith('%')) return this.list.find((job) => String(job.pid) === spec);
    const name = spec.slice(1);
    if (name === '' || name === '+' || name === '%') return this.current[0];
    if (name === '-') return this.current[1] ?? this.current[0];
    if (/^\d+$/.test(name)) return this.list.find((job) => String(job.number) === name);
    if (name.startsWith('?')) return this.list.find((job) => job.command.includes(name.slice(1)));
    return this.list.find((job) => job.command.startsWith(name));
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
    this.#recent = this.#recent.filter((each) => each !== job);
  }

  mark(job: Job): '+' | '-' | ' ' {
    const [current, previous] = this.current;
    return job === current ? '+' : job === previous ? '-' : ' ';
  }

  describe(job: Job, withPid = false, state = stateOf(job)): string {
    const shown = state === 'Exit' ? `Exit ${job.status}` : state;
    const pid = withPid ? `${job.pid} ` : '';
    const head = withPid ? `[${job.number}]${this.mark(job)} ${pid}` : `[${job.number}]${this.mark(job)}  `;
    return `${head}${shown.padEnd(24)}${job.command}${state === 'Running' ? ' &' : ''}\n`;
  }

  /** What an interactive shell says before its next prompt. */
  takeFinished(): string {
    let text = '';
    for (const job of this.list.slice()) {
      const state = stateOf(job);
      if (job.diedStopped && !job.seenStopped) {
        text += `\n${this.describe(job, false, 'Stopped')}`;
        job.seenStopped = true;
      } else if (state === 'Stopped') {
        if (!job.seenStopped) text += `\n${this.describe(job)}`;
        job.seenStopped = true;
      } else if (state === 'Running') job.seenStopped = false;
      else {
        text += this.describe(job);
        this.remove(job);
      }
    }
    return text;
  }

  /** Whether leaving now would leave stopped jobs behind unwarned. */
  warns(): boolean {
    if (!this.list.some((job) => stateOf(job) === 'Stopped') || this.#warnedAt === this.lines - 1) return false;
    this.#warnedAt = this.lines;
    return true;
  }
}
