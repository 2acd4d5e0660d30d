/** Programs do not live in /tmp or in the current folder, unless somebody has just put them there. */
import { cleanPath, commandDetector } from '../command-detector.ts';

const PLACE = /^\/(tmp|var\/tmp|dev|var\/run|run|mnt|root)\/|^\.\/[^/]+$/;
const BUILD = /^\.\/(configure|autogen\.sh|gradlew|mvnw|bootstrap)$/;

export const temporaryProgramRun = commandDetector(
  {
    id: 'temporary-program-run',
    title: 'Program run from a place for temporary files',
    severity: 'medium',
    confidence: 75,
    techniques: ['T1059.004'],
    tactics: ['TA0002'],
    falsePositives: 'Building and trying software by hand.',
  },
  (command) => {
    const path = cleanPath(command.path);
    return PLACE.test(path) && !BUILD.test(path);
  },
);
