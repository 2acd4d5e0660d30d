/** What was brought in is deleted again after use. */
import { commandDetector, operands } from '../command-detector.ts';

/** Hidden files outside of anybody’s home. */
const HIDDEN = /^(\/(?!root|home)[\w/-]*)?\/\.[^./][^/]*$|^\.file$/;
const TEMPORARY = /^\/(tmp|var\/tmp|dev\/shm|run|var\/run)\/./;

export const fileCleanup = commandDetector(
  {
    id: 'file-cleanup',
    title: 'Own files removed',
    severity: 'low',
    confidence: 60,
    techniques: ['T1070.004'],
    tactics: ['TA0005'],
    falsePositives: 'Tidying up temporary files.',
  },
  (command) =>
    (command.name === 'rm' || command.name === 'shred' || command.name === 'unlink') &&
    operands(command).some(
      (path) =>
        TEMPORARY.test(path) || HIDDEN.test(path) || /^\$0$|^(\.\/)?\.?[\w-]+\.(sh|pl|py|tgz|tar\.gz)\*?$/.test(path),
    ),
);
