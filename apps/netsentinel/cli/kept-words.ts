/** What people said of rules by the API, rules that they put there, and what incidents taught, as the commands read it: from the state, whether NetSentinel runs or not. */
import type { Command } from 'commander';
import { keptWords } from '../rules/kept-words.ts';
import type { KeptWords } from '../rules/rule-library.ts';
import { readingIfAny } from './reading-state.ts';

/** Nothing where NetSentinel has never run on this folder. */
export function readKeptWords(command: Command): Promise<KeptWords> {
  return readingIfAny(command, keptWords, { exceptions: [], rules: [], own: [] });
}
