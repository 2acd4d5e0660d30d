/** A script that the system runs at start was written, or one was registered. */
import { commandDetector, writesTo } from '../command-detector.ts';

const SCRIPT = /^\/etc\/(rc\.local$|rc\.d\/|rc[0-6S]\.d\/|init\.d\/|inittab$)/;

export const startScriptPersistence = commandDetector(
  {
    id: 'start-script-persistence',
    title: 'Start script changed',
    severity: 'high',
    confidence: 85,
    techniques: ['T1037.004'],
    tactics: ['TA0003'],
    falsePositives: 'Configuring an old init system by hand.',
  },
  (command) =>
    writesTo(command, (path) => SCRIPT.test(path)) ||
    (command.name === 'update-rc.d' && command.args.length > 0) ||
    (command.name === 'chkconfig' && command.args.includes('--add')),
);
