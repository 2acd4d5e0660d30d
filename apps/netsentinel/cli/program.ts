/** The command line put together from every command. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '@netsentinel/kernel/version';
import { commands } from './index.ts';
import { EXIT } from './output.ts';
import { reportError } from './report-error.ts';
import { addUp } from './up.command.ts';
import type { UpPlan } from './up.plan.ts';

/** Runs one command line (without the program's own name) and answers its exit code. `up` gets the plan of an `up`. */
export async function runProgram(argv: readonly string[], up?: (plan: UpPlan) => Promise<void>): Promise<number> {
  const program = createProgram(up);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await program.parseAsync(argv, { from: 'user' });
    return process.exitCode ?? EXIT.ok;
  } catch (error) {
    // Commander has already said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportError(error);
  } finally {
    process.exitCode = before;
  }
}

export function createProgram(up: (plan: UpPlan) => Promise<void> = upHere): Command {
  const program = new Command('netsentinel')
    .description('Deception turned into defence: decoys, detection, response.')
    .version(VERSION)
    .option('-c, --config <file>', 'configuration file', process.env['NETSENTINEL_CONFIG'] ?? 'netsentinel.yaml')
    .option('-d, --data <folder>', 'data folder (overrides the configuration)')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not running, 4 nothing of that name.')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  addUp(program, up);
  for (const add of commands) add(program);
  return program;
}

async function upHere(plan: UpPlan): Promise<void> {
  await (await import('./up.ts')).up(plan);
}
