/** Programs were killed by name or force: rivals on the same machine, or what guards it. */
import { commandDetector } from '../command-detector.ts';

export const rivalKilling = commandDetector(
  {
    id: 'rival-killing',
    title: 'Other programs killed',
    severity: 'medium',
    confidence: 70,
    techniques: ['T1489'],
    tactics: ['TA0040'],
    falsePositives: 'Restarting a hung service.',
  },
  (command) =>
    ((command.name === 'pkill' ||
      command.name === 'killall' ||
      command.name === 'killall5' ||
      command.name === 'fuser') &&
      command.args.length > 0) ||
    (command.name === 'kill' && command.args.some((arg) => /^-(9|KILL|SIGKILL)$/.test(arg))) ||
    (command.name === 'kill' && command.via.includes('busybox')),
);
