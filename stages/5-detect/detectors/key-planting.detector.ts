/** A key was written into authorized_keys: a way back in that survives a change of passwords. */
import { commandDetector, writesTo } from '../command-detector.ts';

const KEYS = /(^|\/)authorized_keys2?$/;

export const keyPlanting = commandDetector(
  {
    id: 'key-planting',
    title: 'SSH key planted',
    severity: 'high',
    confidence: 95,
    techniques: ['T1098.004'],
    tactics: ['TA0003'],
    falsePositives: 'A person who adds their own new key.',
  },
  (command) =>
    writesTo(command, (path) => KEYS.test(path)) ||
    (command.name === 'ssh-copy-id' && command.args.includes('localhost')),
);
