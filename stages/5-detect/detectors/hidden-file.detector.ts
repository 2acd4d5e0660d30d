/** Something was put where `ls` does not show it: a dot name in a place for temporary or system files. */
import { commandDetector, operands, writesTo } from '../command-detector.ts';

const HIDDEN =
  /^\/((tmp|var\/tmp|dev|dev\/shm|var|run|var\/run|mnt|usr|boot|opt|etc|home|dev\/[\w-]+)\/)?\.[^./][^/]*(\/|$)|\/\.\.\.?( |\.)/;

export const hiddenFile = commandDetector(
  {
    id: 'hidden-file',
    title: 'Hidden file or directory made',
    severity: 'medium',
    confidence: 65,
    techniques: ['T1564.001'],
    tactics: ['TA0005'],
    falsePositives: 'Programs that keep their settings in dot files.',
  },
  (command) =>
    writesTo(command, (path) => HIDDEN.test(path)) ||
    (command.name === 'mkdir' && operands(command).some((path) => HIDDEN.test(path))),
);
