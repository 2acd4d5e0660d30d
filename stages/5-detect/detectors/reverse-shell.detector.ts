/** A shell whose input and output are a connection to elsewhere. */
import { commandDetector, hasFlag, touches } from '../command-detector.ts';
import { isShell } from '../command-line.ts';

const DEVICE = /\/dev\/(tcp|udp)\//;

export const reverseShell = commandDetector(
  {
    id: 'reverse-shell',
    title: 'Reverse shell',
    severity: 'critical',
    confidence: 95,
    techniques: ['T1059.004', 'T1095'],
    tactics: ['TA0002', 'TA0011'],
    falsePositives: 'Practically none outside of exercises.',
  },
  (command, line) => {
    if (isShell(command.name) || command.name === 'exec' || command.via.includes('exec')) {
      if (touches(command, (path) => DEVICE.test(path))) return true;
    }
    if (command.name === 'nc' || command.name === 'ncat' || command.name === 'netcat')
      return (
        hasFlag(command, 'e') ||
        hasFlag(command, 'c') ||
        (isShell(command.pipedFrom?.name ?? '') && line.text.includes('mkfifo'))
      );
    if (command.name === 'socat') return command.args.some((arg) => /^exec:/i.test(arg));
    return (
      /^(python\d?|perl|php|ruby)/.test(command.name) &&
      command.args.some((arg) => /socket/i.test(arg) && /dup2|exec|spawn|STDIN|proc_open|fsockopen/.test(arg))
    );
  },
);
