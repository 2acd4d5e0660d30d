/** The shell was told to forget, or made unable to remember. */
import { commandDetector, hasFlag, writesTo } from '../command-detector.ts';

const FILE = /(^|\/)\.(bash|zsh|sh|mysql|python)_history$/;
const VARIABLE = /^(HISTFILE|HISTSIZE|HISTFILESIZE|HISTCONTROL|HISTIGNORE|HISTSAVE)$/;

export const historyClearing = commandDetector(
  {
    id: 'history-clearing',
    title: 'Command history cleared or kept from being written',
    severity: 'high',
    confidence: 85,
    techniques: ['T1070.003', 'T1562.003'],
    tactics: ['TA0005'],
    falsePositives: 'A person who types a password by mistake and cleans up.',
  },
  (command) => {
    if (command.name === 'history') return hasFlag(command, 'c') || hasFlag(command, 'd') || hasFlag(command, 'w');
    if (command.name === 'unset') return command.args.some((arg) => VARIABLE.test(arg));
    if (command.name === 'set') return command.args.includes('+o') && command.args.includes('history');
    if (command.assignments.some((one) => /^HIST(FILE=(\/dev\/null|$)|SIZE=0|FILESIZE=0|SAVE=0)/.test(one)))
      return true;
    if (command.name === 'rm' || command.name === 'shred' || command.name === 'truncate')
      return command.args.some((arg) => FILE.test(arg));
    return writesTo(command, (path) => FILE.test(path));
  },
);
