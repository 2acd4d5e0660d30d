/**
 * The command line. Results go to stdout, progress and warnings to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 NetSentinel is
 * not running, 4 nothing of that name.
 */
import { runProgram } from './cli/program.ts';

process.exitCode = await runProgram(process.argv.slice(2));
