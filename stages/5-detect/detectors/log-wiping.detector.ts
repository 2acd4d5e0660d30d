/** System logs were deleted, emptied or cut. */
import { commandDetector, hasFlag, writesTo } from '../command-detector.ts';

const LOG = /^\/var\/(log(\/|$)|run\/utmp$|adm\/)/;
const ERASERS = new Set(['rm', 'shred', 'unlink', 'truncate', 'wipe', 'srm']);

export const logWiping = commandDetector(
  {
    id: 'log-wiping',
    title: 'Logs wiped',
    severity: 'high',
    confidence: 90,
    techniques: ['T1070.002'],
    tactics: ['TA0005'],
    falsePositives: 'Freeing a full disk by hand.',
  },
  (command) =>
    (ERASERS.has(command.name) && command.args.some((arg) => LOG.test(arg))) ||
    writesTo(command, (path) => LOG.test(path)) ||
    (command.name === 'journalctl' && command.args.some((arg) => arg.startsWith('--vacuum') || arg === '--rotate')) ||
    (command.name === 'dmesg' && (hasFlag(command, 'c') || hasFlag(command, 'C'))),
);
