/** What is installed: interpreters, compilers, guards? */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

const ASKERS = new Set(['which', 'whereis', 'type', 'rpm', 'dpkg', 'dpkg-query', 'snap', 'flatpak']);

export const softwareDiscovery = commandDetector(
  {
    id: 'software-discovery',
    title: 'Questions about software',
    severity: 'low',
    confidence: 50,
    techniques: ['T1518'],
    tactics: ['TA0007'],
    falsePositives: 'Any administrator at work.',
  },
  (command) => {
    if (command.name === 'rpm' || command.name.startsWith('dpkg'))
      return hasFlag(command, 'l') || hasFlag(command, 'q') || hasFlag(command, 'W');
    if (ASKERS.has(command.name)) return operands(command).length > 0;
    if (command.via.length === 0 && command.path === 'command') return hasFlag(command, 'v');
    return (
      (command.name === 'apt' || command.name === 'yum' || command.name === 'dnf') && operands(command)[0] === 'list'
    );
  },
);
