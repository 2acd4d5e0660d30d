/** The exceptions that incidents taught, as the commands read them: from the state, whether NetSentinel runs or not. */
import type { Command } from 'commander';
import type { Exception } from '@netsentinel/contracts/exception';
import { readingIfAny } from './reading-state.ts';

/** None where NetSentinel has never run on this folder. */
export function taughtExceptions(command: Command): Promise<readonly Exception[]> {
  return readingIfAny(command, (state) => state.exceptions(), []);
}
