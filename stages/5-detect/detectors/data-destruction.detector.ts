/** Whole trees of files were deleted. */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

const ROOTS = /^(\/|\/\*|\/(etc|usr|bin|sbin|lib|lib64|home|root|var|boot|opt|srv)(\/\*?)?|~\/?\*?|\*)$/;

export const dataDestruction = commandDetector(
  {
    id: 'data-destruction',
    title: 'Data destroyed',
    severity: 'critical',
    confidence: 90,
    techniques: ['T1485'],
    tactics: ['TA0040'],
    falsePositives: 'Wiping a machine that is to be given away.',
  },
  (command) =>
    (command.name === 'rm' &&
      (hasFlag(command, 'r') || hasFlag(command, 'R') || command.args.includes('--recursive')) &&
      operands(command).some((path) => ROOTS.test(path) && path !== '*')) ||
    (command.name === 'find' && command.args[0] === '/' && command.args.includes('-delete')),
);
