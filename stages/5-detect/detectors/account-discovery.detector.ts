/** Which accounts and groups exist? */
import { commandDetector, touches } from '../command-detector.ts';

const FILES = /^\/etc\/(passwd|group|sudoers)-?$/;

export const accountDiscovery = commandDetector(
  {
    id: 'account-discovery',
    title: 'Questions about accounts',
    severity: 'low',
    confidence: 70,
    techniques: ['T1087.001'],
    tactics: ['TA0007'],
    falsePositives: 'Any administrator at work.',
  },
  (command) =>
    (touches(command, (path) => FILES.test(path)) && command.writes.length === 0) ||
    (command.name === 'getent' && /^(passwd|group|shadow)$/.test(command.args[0] ?? '')),
);
