/** A systemd unit was written or switched on, to be started again and again. */
import { commandDetector, operands, writesTo } from '../command-detector.ts';

const UNIT = /^(\/(etc|usr\/lib|lib|run)\/systemd\/system\/|(\/root|~|\/home\/[^/]+)\/\.config\/systemd\/user\/)/;

export const servicePersistence = commandDetector(
  {
    id: 'service-persistence',
    title: 'Service set up',
    severity: 'high',
    confidence: 80,
    techniques: ['T1543.002'],
    tactics: ['TA0003'],
    falsePositives: 'Installing a daemon by hand.',
  },
  (command) =>
    writesTo(command, (path) => UNIT.test(path)) || (command.name === 'systemctl' && operands(command)[0] === 'enable'),
);
