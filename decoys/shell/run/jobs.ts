/** Background jobs of a session: numbers as `jobs` shows them, and a way to wait for and to end them. */
import type { ProcessScope } from './process-scope.ts';

export interface Job {
  readonly number: number;
  readonly pid: number;
  readonly command: string;
  readonly scope: ProcessScope;
  status: number | undefined;
  state: 'Running' | 'Stopped' | 'Done' | 'Exit' | 'Terminated' | 'Killed';
  readonly finished: Promise<number>;
  told: boolean;
}

export class JobTable {
  readonly list: Job[] = [];

  add(pid: number, command: string, scope: ProcessScope, finished: Promise<number>): Job {
    const number = (this.list.at(-1)?.number ?? 0) + 1;
    const job: Job = { number, pid, command, scope, status: undefined, state: 'Running', finished, told: false };
    this.list.push(job);
    return job;
  }

  /** `%1`, `%+`, `%-`, `%name` or a process number. */
  find(spec: string): Job | undefined {
    if (!spec.startsWith('%')) return this.list.find((job) => String(job.pid) === spec);
    const name = spec.slice(1);
    if (name === '' || name === '+' || name === '%') return this.list.at(-1);
    if (name === '-') return this.list.at(-2) ?? this.list.at(-1);
    if (/^\d+$/.test(name)) return this.list.find((job) => String(job.number) === name);
    return this.list.find((job) => job.command.startsWith(name));
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
  }

  describe(job: Job, withPid = false): string {
    const mark = job === this.list.at(-1) ? '+' : job === this.list.at(-2) ? '-' : ' ';
    const state = job.state === 'Exit' ? `Exit ${job.status}` : job.state;
    const pid = withPid ? `${job.pid} ` : '';
    return `[${job.number}]${mark}  ${pid}${state.padEnd(withPid ? 22 : 24)}${job.command}${job.state === 'Running' ? ' &' : ''}\n`;
  }

  /** What an interactive shell says before its next prompt. */
  takeFinished(): string {
    let text = '';
    for (const job of this.list.slice()) {
      if (job.state === 'Running' || job.state === 'Stopped') continue;
      text += this.describe(job);
      this.remove(job);
    }
    return text;
  }
}
