/** What a failure looks like on the command line. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { EXIT, paint, warn } from './output.ts';

/** Says what went wrong, and answers the exit code for it. */
export function reportError(error: unknown): number {
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
