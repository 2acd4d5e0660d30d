/** What runs here: rivals, guards, services? */
import { commandDetector, touches } from '../command-detector.ts';

const PROGRAMS = new Set(['ps', 'top', 'htop', 'pgrep', 'pstree', 'pidof', 'lsof']);

export const processDiscovery = commandDetector(
  {
    id: 'process-discovery',
    title: 'Questions about processes',
    severity: 'low',
    confidence: 60,
    techniques: ['T1057'],
    tactics: ['TA0007'],
    falsePositives: 'Any administrator at work.',
  },
  (command) =>
    PROGRAMS.has(command.name) ||
    touches(command, (path) => /^\/proc\/(\d+|\*|self|\$\w+)\/(cmdline|exe|stat|status|maps|comm)$/.test(path)),
);
