/** The command line put together: every command, and what a failure looks like. */
import { Command, CommanderError } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { commands } from './index.ts';
import { EXIT, paint, warn } from './output.ts';

/** Runs one command line (without the program's own name) and answers its exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await program.parseAsync(argv, { from: 'user' });
    return process.exitCode ?? EXIT.ok;
  } catch (error) {
    return report(error);
  } finally {
    process.exitCode = before;
  }
}

export function createProgram(): Command {
  const program = new Command('netsentinel')
    .description('Deception turned into defence: decoys, detection, response.')
    .version('0.1.0')
    .option('-c, --config <file>', 'configuration file', process.env['NETSENTINEL_CONFIG'] ?? 'netsentinel.yaml')
    .option('-d, --data <folder>', 'data folder (overrides the configuration)')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not running, 4 nothing of that name.')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const add of commands) add(program);
  return program;
}

function report(error: unknown): number {
  // Commander has already said what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof NetSentinelError) {
    warn(
      `${paint('error', 'red', process.stderr)} ${error.where === undefined ? '' : `${error.where}: `}${error.message}`,
    );
    if (error.hint !== undefined) warn(`  ${error.hint}`);
    if (error.fault === 'bug')
      warn(`  This is a bug in NetSentinel (${error.code}); please report it.\n${error.stack ?? ''}`);
    if (error.code === 'NOT_RUNNING' || error.code === 'ENFORCER_UNREACHABLE') return EXIT.notRunning;
    if (error.code.startsWith('USAGE_')) return EXIT.usage;
    return error.code.endsWith('_NOT_FOUND') ? EXIT.notFound : EXIT.failed;
  }
  warn(
    `${paint('error', 'red', process.stderr)} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return EXIT.failed;
}
