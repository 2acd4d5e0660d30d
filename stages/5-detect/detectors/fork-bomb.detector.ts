/** A fork bomb, or a tool that floods. */
import { commandDetector } from '../command-detector.ts';

const FLOODERS = new Set(['stress', 'stress-ng', 'slowloris', 'hping3', 'ab', 'wrk', 'ddos', 'mhddos']);

export const forkBomb = commandDetector(
  {
    id: 'fork-bomb',
    title: 'Machine overloaded on purpose',
    severity: 'high',
    confidence: 85,
    techniques: ['T1499'],
    tactics: ['TA0040'],
    falsePositives: 'Load tests.',
  },
  (command, line) =>
    (FLOODERS.has(command.name) && command.args.length > 0) ||
    (/^\s*[:\w]+\s*\(\)\s*\{/.test(line.text) && /\|\s*[:\w]+\s*&/.test(line.text)),
);
