/** Rights were opened wide, or a file was made impossible to change. */
import { commandDetector } from '../command-detector.ts';

export const permissionChange = commandDetector(
  {
    id: 'permission-change',
    title: 'File made executable or immutable',
    severity: 'low',
    confidence: 60,
    techniques: ['T1222.002'],
    tactics: ['TA0005'],
    falsePositives: 'Any person who installs a script.',
  },
  (command) =>
    (command.name === 'chmod' &&
      command.args.some((arg) => /^0?[0-7]?(777|[0-7]?7[0-7]{2})$|^[ugoa]*\+[rw]*x/.test(arg))) ||
    (command.name === 'chattr' && command.args.some((arg) => /^[+-][a-zA-Z]*[ia]/.test(arg))),
);
