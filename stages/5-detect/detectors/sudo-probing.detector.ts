/** What may this account do as root, and a shell with it. */
import { commandDetector, hasFlag } from '../command-detector.ts';
import { isShell } from '../command-line.ts';

export const sudoProbing = commandDetector(
  {
    id: 'sudo-probing',
    title: 'Rights of sudo probed or used for a root shell',
    severity: 'medium',
    confidence: 70,
    techniques: ['T1548.003'],
    tactics: ['TA0004'],
    falsePositives: 'An administrator at work.',
  },
  (command) =>
    (command.path.endsWith('sudo') && (hasFlag(command, 'l') || hasFlag(command, 'i') || hasFlag(command, 's'))) ||
    (command.via.includes('sudo') && (command.name === 'su' || (isShell(command.name) && command.args.length === 0))),
);
