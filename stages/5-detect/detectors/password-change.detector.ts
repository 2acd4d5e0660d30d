/** A password was set or an account given more rights, often to lock others out. */
import { commandDetector, hasFlag } from '../command-detector.ts';

const PROGRAMS = new Set(['chpasswd', 'usermod', 'gpasswd']);

export const passwordChange = commandDetector(
  {
    id: 'password-change',
    title: 'Password or account changed',
    severity: 'high',
    confidence: 85,
    techniques: ['T1098'],
    tactics: ['TA0003'],
    falsePositives: 'A person who changes their own password.',
  },
  (command) => {
    if (PROGRAMS.has(command.name))
      return command.args.length > 0 || command.pipedFrom !== undefined || command.reads.length > 0;
    return (
      command.name === 'passwd' &&
      !hasFlag(command, 'S') &&
      !command.args.some((arg) => arg === '--help' || arg === '--status')
    );
  },
);
