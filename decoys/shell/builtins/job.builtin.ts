/** `jobs`, `fg`, `bg`, `wait`, `kill`, `disown`, `suspend`. */
import type { Killed } from '../run/control-flow.ts';
import { resumeJob } from '../run/job-control.ts';
import { type Job, stateOf } from '../run/jobs.ts';
import { complain } from '../run/redirection.ts';
import { runExitTrap } from '../run/subshell.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { listSignals, signalName, signalNumber } from './flow.builtin.ts';
import { badOption, complainUsage, fail, print, takeOptions } from './report.ts';

/** Signals that end a job even while it is stopped. */
const FATAL = /^(?:HUP|INT|QUIT|KILL|TERM)$/;
const KILL_USAGE = 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]';

const jobs: Builtin = (ctx) => {
  const table = ctx.shell.jobs;
  const { options, rest, bad } = takeOptions(ctx.argv, 'lnprsx');
  if (bad !== undefined) return badOption(ctx, bad, 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]');
  if (table === undefined) return 0;
  let status = 0;
  const chosen: Job[] = [];
  for (const word of rest) {
    const job = table.find(word);
    if (job === undefined) status = fail(ctx, `${word}: no such job`);
    else chosen.push(job);
  }
  for (const job of rest.length === 0 ? table.list.slice() : chosen) {
    const state = stateOf(job);
    if ((options.has('r') && state !== 'Running') || (options.has('s') && state !== 'Stopped')) continue;
    print(ctx, options.has('p') ? `${job.pid}\n` : table.describe(job, options.has('l')));
    if (state !== 'Running' && state !== 'Stopped') table.remove(job);
  }
  return status;
};

const fg: Builtin = async (ctx) => {
  const { shell } = ctx;
  if (!shell.options.has('monitor')) return fail(ctx, 'no job control');
  const job = shell.jobs?.find(ctx.argv[1] ?? '%+');
  if (job === undefined) return fail(ctx, `${ctx.argv[1] ?? 'current'}: no such job`);
  print(ctx, `${job.command}\n`);
  const status = await resumeJob(shell, ctx.fds, job);
  if (job.status !== undefined) shell.jobs?.remove(job);
  return status;
};

const bg: Builtin = (ctx) => {
  const { shell } = ctx;
  if (!shell.options.has('monitor')) return fail(ctx, 'no job control');
  let status = 0;
  for (const spec of ctx.argv.length > 1 ? ctx.argv.slice(1) : ['%+']) {
    const job = shell.jobs?.find(spec);
    if (job === undefined) {
      status = fail(ctx, `${spec === '%+' && ctx.argv.length === 1 ? 'current' : spec}: no such job`);
      continue;
    }
    if (!job.scope.stopped) {
      fail(ctx, `job ${job.number} already in background`);
      continue;
    }
    print(ctx, `[${job.number}]${shell.jobs!.mark(job)} ${job.command} &\n`);
    job.seenStopped = false;
    // What reads the terminal stops again at once.
    if (!shell.session.readsTerminal(job.scope)) job.scope.continue();
  }
  return status;
};

async function follow(ctx: BuiltinContext, finished: Promise<number>): Promise<number> {
  const status = await ctx.shell.scope.wait<number>((resolve) => void finished.then(resolve));
  ctx.shell.session.budget.woke();
  return status;
}

const wait: Builtin = async (ctx) => {
  const table = ctx.shell.jobs;
  const words = ctx.argv.slice(1).filter((item) => item !== '-n' && item !== '-f');
  if (words.length === 0) {
    for (const job of (table?.list ?? []).slice()) {
      if (job.scope.stopped) continue;
      await follow(ctx, job.finished);
      table?.remove(job);
    }
    return 0;
  }
  let status = 0;
  for (const word of words) {
    if (!/^(?:%.*|\d+)$/.test(word)) {
      status = fail(ctx, `\`${word}': not a pid or valid job spec`);
      continue;
    }
    const job = table?.find(word);
    if (job === undefined) {
      status = word.startsWith('%')
        ? fail(ctx, `${word}: no such job`, 127)
        : fail(ctx, `pid ${word} is not a child of this shell`, 127);
      continue;
    }
    if (job.scope.stopped) {
      complain(ctx.shell, ctx.fds, `warning: wait_for_job: job ${job.number} is stopped\n`);
      status = 148;
      continue;
    }
    status = await follow(ctx, job.finished);
    table?.remove(job);
  }
  return status;
};

const kill: Builtin = async (ctx) => {
  const { shell } = ctx;
  const args = ctx.argv.slice(1);
  if (args.length === 0) {
    complainUsage(ctx, KILL_USAGE);
    return 2;
  }
  let signal = 'TERM';
  if (args[0] === '-l' || args[0] === '-L') {
    if (args.length === 1) print(ctx, listSignals());
    for (const item of args.slice(1)) {
      const number = signalNumber(item);
      if (number < 0 && !/^\d+$/.test(item)) return fail(ctx, `${item}: invalid signal specification`);
      print(
        ctx,
        /^\d+$/.test(item) ? `${signalName(Number(item) > 128 ? Number(item) - 128 : Number(item))}\n` : `${number}\n`,
      );
    }
    return 0;
  }
  if (args[0] === '-s' || args[0] === '-n') {
    args.shift();
    signal = args.shift() ?? '';
  } else if (args[0] !== '--' && /^-./.test(args[0]!)) signal = args.shift()!.slice(1);
  if (args[0] === '--') args.shift();
  const number = signalNumber(signal);
  if (number < 0) return fail(ctx, `${signal}: invalid signal specification`);
  if (args.length === 0) return badUsage(ctx);
  let status = 0;
  for (const item of args) {
    const job = item.startsWith('%') ? shell.jobs?.find(item) : undefined;
    if (item.startsWith('%') && job === undefined) {
      status = fail(ctx, `${item}: no such job`);
      continue;
    }
    if (job === undefined && !/^-?\d+$/.test(item)) {
      status = fail(ctx, `${item}: arguments must be process or job IDs`);
      continue;
    }
    const pid = job?.pid ?? Math.abs(Number(item));
    const trap = pid === shell.pid ? shell.traps.get(signalName(number)) : undefined;
    if (trap !== undefined && number !== 9) {
      shell.pendingTraps.push(trap);
      continue;
    }
    if (number === 0) {
      if (!shell.session.processes.list().some((process) => process.pid === pid) && pid !== shell.pid)
        status = fail(ctx, `(${item}) - No such process`);
      continue;
    }
    if (job?.scope.stopped === true && FATAL.test(signalName(number))) {
      job.diedStopped = true;
      job.seenStopped = false;
      job.scope.kill(signalName(number) as Killed['signal']);
      continue;
    }
    const result = shell.session.processes.kill(pid, signalName(number), shell.user);
    if (result === 'no-such-process') status = fail(ctx, `(${item}) - No such process`);
    else if (result === 'not-permitted') status = fail(ctx, `(${item}) - Operation not permitted`);
  }
  // What was killed is gone before the next prompt.
  if (shell.ownsTerminal) await new Promise<void>((resolve) => setImmediate(resolve));
  return status;
};

function badUsage(ctx: BuiltinContext): number {
  complainUsage(ctx, KILL_USAGE);
  return 2;
}

const disown: Builtin = (ctx) => {
  const table = ctx.shell.jobs;
  const words = ctx.argv.slice(1).filter((item) => !item.startsWith('-'));
  if (ctx.argv.includes('-a')) table?.list.splice(0);
  let status = 0;
  for (const word of words.length === 0 && !ctx.argv.includes('-a') ? ['%+'] : words) {
    const job = table?.find(word);
    if (job === undefined) status = fail(ctx, `${word === '%+' ? 'current' : word}: no such job`);
    else {
      if (job.scope.stopped)
        complain(ctx.shell, ctx.fds, `warning: deleting stopped job ${job.number} with process group ${job.pid}\n`);
      table?.remove(job);
    }
  }
  return status;
};

const suspend: Builtin = (ctx) =>
  fail(ctx, ctx.shell.isLogin ? 'cannot suspend a login shell' : 'cannot suspend: no job control');

export const jobBuiltins: BuiltinTable = { jobs, fg, bg, wait, kill, disown, suspend };
export { badOption, runExitTrap };
