/** Who am I, who else is here, who was here before? */
import { commandDetector, touches } from '../command-detector.ts';

const PROGRAMS = new Set([
  'w',
  'who',
  'whoami',
  'id',
  'last',
  'lastlog',
  'lastb',
  'users',
  'finger',
  'logname',
  'groups',
]);

export const userDiscovery = commandDetector(
  {
    id: 'user-discovery',
    title: 'Questions about users',
    severity: 'low',
    confidence: 60,
    techniques: ['T1033'],
    tactics: ['TA0007'],
    falsePositives: 'Any person at a shell.',
  },
  (command) =>
    PROGRAMS.has(command.name) ||
    touches(command, (path) => /^\/var\/(run\/utmp|log\/(wtmp|btmp|lastlog))$/.test(path) && command.name !== 'rm'),
);
