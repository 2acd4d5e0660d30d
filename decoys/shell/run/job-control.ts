/**
 * Jobs in the foreground of a terminal: each program, pipeline or subshell that an interactive shell waits for is a group that ^Z stops, ^C ends, and
 * `fg` and `bg` take up again. Scripts have none of it.
 */
import { BreakLoop, Killed } from './control-flow.ts';
import type { Job } from './jobs.ts';
import { ProcessScope } from './process-scope.ts';
import { type FdTable, outputOf } from './redirection.ts';
import type { ShellState } from './shell-state.ts';

/** 128 and SIGTSTP. */
const STOPPED = 148;
const STOP = Symbol('stopped');

/** Whether what this shell runs is a job of its own. */
export function controlsJobs(shell: ShellState): boolean {
  return shell.ownsTerminal && shell.subshellDepth === 0 && shell.jobs !== undefined && shell.options.has('monitor');
}

/** Runs a job in the foreground until it ends or is stopped. `run` works on a copy of the shell, so what it does later cannot reach this one. */
export async function runJob(
  shell: ShellState,
  fds: FdTable,
  source: string,
  run: (copy: ShellState) => Promise<number>,
): Promise<number> {
  const scope = new ProcessScope(shell.session.clock, shell.session.rootScope);
  const copy = shell.clone(scope, shell.ownPid);
  copy.subshellDepth = shell.subshellDepth;
  copy.jobScope = scope;
  shell.session.budget.processes++;
  const leave = (): void => scope.leave();
  const start = (): Promise<number> => {
    const running = run(copy);
    void running.then(leave, leave);
    return running;
  };
  return waitFor(shell, fds, scope, start, (finished) => {
    const pid = shell.session.processes.leaderOf(scope) ?? shell.session.processes.number();
    return shell.jobs!.add(pid, source, scope, finished);
  });
}

/** `fg`: goes on with a job, in the foreground. */
export function resumeJob(shell: ShellState, fds: FdTable, job: Job): Promise<number> {
  job.seenStopped = false;
  const start = (): Promise<number> => {
    job.scope.continue();
    return job.finished;
  };
  return waitFor(shell, fds, job.scope, start, () => job);
}

async function waitFor(
  shell: ShellState,
  fds: FdTable,
  scope: ProcessScope,
  start: () => Promise<number>,
  jobOf: (finished: Promise<number>) => Job,
): Promise<number> {
  const { session } = shell;
  const leave = session.enterForeground(scope);
  const stopped = new Promise<typeof STOP>((resolve) => {
    scope.onStop = () => resolve(STOP);
  });
  let known: Job | undefined;
  try {
    const running = start();
    const outcome = await Promise.race([running, stopped]);
    if (outcome !== STOP) {
      const job = shell.jobs?.list.find((each) => each.scope === scope);
      if (job !== undefined) shell.jobs?.remove(job);
      if (job === undefined || outcome < 128 || scope.killed === undefined) return outcome;
      throw scope.killed;
    }
    known = jobOf(settled(shell, scope, running));
    shell.jobs!.touch(known);
    known.seenStopped = true;
  } catch (error) {
    if (!(error instanceof Killed) || session.rootScope.killed !== undefined || session.budget.exhausted) throw error;
    // The terminal's own signals end the whole line; others only the job.
    if (error.signal === 'INT' || error.signal === 'QUIT') throw error;
    if (error.signal !== 'PIPE') outputOf(fds, 2).write(`${error.signal === 'KILL' ? 'Killed' : 'Terminated'}\n`);
    return error.status;
  } finally {
    scope.onStop = undefined;
    leave();
    session.budget.woke();
  }
  outputOf(fds, 2).write(`\n${shell.jobs!.describe(known)}`);
  if (shell.loopDepth > 0) {
    shell.status = STOPPED;
    throw new BreakLoop(shell.loopDepth, false);
  }
  return STOPPED;
}

/** The job's status whatever way it ends, for `jobs`, `wait` and `fg`; the same promise for a job that is known. */
function settled(shell: ShellState, scope: ProcessScope, running: Promise<number>): Promise<number> {
  const job = shell.jobs?.list.find((each) => each.scope === scope);
  if (job !== undefined) return job.finished;
  const finished = running.catch((error: unknown) => (error instanceof Killed ? error.status : 1));
  void finished.then((status) => {
    const mine = shell.jobs?.list.find((each) => each.scope === scope);
    if (mine !== undefined) mine.status = status;
  });
  return finished;
}
