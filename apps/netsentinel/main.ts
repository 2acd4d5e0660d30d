/**
 * The command line. Results go to stdout, progress and warnings to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 NetSentinel is
 * not running, 4 nothing of that name.
 */
import { commandOf, makePlan } from './cli/up.plan.ts';

const argv = process.argv.slice(2);
process.exitCode = commandOf(argv) === 'up' ? await runUp() : await runCommand();

async function runCommand(): Promise<number> {
  // Whoever reads our output may have seen enough (`| head`): that is no failure, and nothing is left to do.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return (await import('./cli/program.ts')).runProgram(argv);
}

/** The launcher loads while the plan is made. */
async function runUp(): Promise<number> {
  const [plan, { up }, { reportError }] = await Promise.all([
    makePlan(argv),
    import('./cli/up.ts'),
    import('./cli/report-error.ts'),
  ]);
  if (typeof plan === 'number') return plan;
  return await up(plan).then(() => 0, reportError);
}
