/** The file of password hashes was read or copied. */
import { commandDetector, touches } from '../command-detector.ts';

const SHADOW = /^\/etc\/(g?shadow|master\.passwd|security\/passwd|shadow[-.~]\w*|gshadow-|shadow-)$/;

export const shadowAccess = commandDetector(
  {
    id: 'shadow-access',
    title: 'Password hashes read',
    severity: 'high',
    confidence: 90,
    techniques: ['T1003.008'],
    tactics: ['TA0006'],
    falsePositives: 'A backup script.',
  },
  (command) =>
    command.name === 'unshadow' ||
    (touches(command, (path) => SHADOW.test(path)) &&
      !command.writes.some((path) => SHADOW.test(path)) &&
      command.name !== 'ls' &&
      command.name !== 'chattr'),
);
