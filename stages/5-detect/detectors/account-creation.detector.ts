/** A local account was added, by program or straight into the files. */
import { commandDetector, operands, writesTo } from '../command-detector.ts';

const PROGRAMS = new Set(['useradd', 'adduser', 'newusers', 'groupadd', 'addgroup']);
const FILES = /^\/etc\/(passwd|shadow|sudoers$|sudoers\.d\/)/;

export const accountCreation = commandDetector(
  {
    id: 'account-creation',
    title: 'Account created',
    severity: 'high',
    confidence: 90,
    techniques: ['T1136.001'],
    tactics: ['TA0003'],
    falsePositives: 'An administrator who sets up a user.',
  },
  (command) =>
    (PROGRAMS.has(command.name) && operands(command).length > 0) || writesTo(command, (path) => FILES.test(path)),
);
