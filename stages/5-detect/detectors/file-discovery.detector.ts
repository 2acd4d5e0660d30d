/** Looking through directories for something worth having. */
import { commandDetector } from '../command-detector.ts';

const PROGRAMS = new Set(['ls', 'dir', 'find', 'locate', 'tree', 'du']);

export const fileDiscovery = commandDetector(
  {
    id: 'file-discovery',
    title: 'Search of the file system',
    severity: 'info',
    confidence: 50,
    techniques: ['T1083'],
    tactics: ['TA0007'],
    falsePositives: 'Any person at a shell.',
  },
  (command) => PROGRAMS.has(command.name),
);
