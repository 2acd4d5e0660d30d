/** A program was given the right to run as its owner, or such programs were looked for. */
import { commandDetector } from '../command-detector.ts';

export const setuid = commandDetector(
  {
    id: 'setuid',
    title: 'Setuid program made',
    severity: 'high',
    confidence: 85,
    techniques: ['T1548.001'],
    tactics: ['TA0004'],
    falsePositives: 'Packaging software by hand.',
  },
  (command) =>
    (command.name === 'chmod' &&
      command.args.some((arg) => /^[2467][0-7]{3}$|^0[2467][0-7]{3}$|^[ugoa]*\+[rwx]*s/.test(arg))) ||
    (command.name === 'find' && command.args.some((arg) => /^[-/]?(4000|6000|u=s)$/.test(arg))),
);
