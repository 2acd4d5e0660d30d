/** Bots of the Mirai family call an applet that does not exist, and know a real shell by the complaint; or check `echo` with escaped bytes. */
import { commandDetector } from '../command-detector.ts';

const APPLET = /^([A-Z][A-Z0-9]{3,15}|[a-z]?[A-Z][A-Za-z0-9]*[vV]\d+|[0-9a-f]{8}(wget|tftp|echo)?)$/;
/** Programs that are nowhere, called to hear the complaint. */
const NOWHERE = /^\/[a-z]{3,}\d{2,}[a-z]?$/;
const ESCAPED = /^(\\+x[0-9a-fA-F]{2}|\\+0?[0-7]{3}){2,}/;

export const busyboxBot = commandDetector(
  {
    id: 'busybox-bot',
    title: 'Handshake of an IoT bot',
    severity: 'high',
    confidence: 90,
    techniques: ['T1059.004'],
    tactics: ['TA0002'],
    falsePositives: 'Practically none: people do not call applets that do not exist.',
  },
  (command, line) =>
    ((command.via.includes('busybox') || command.via.includes('toybox')) && APPLET.test(command.name)) ||
    NOWHERE.test(command.path) ||
    ((command.name === 'echo' || command.name === 'printf') &&
      command.args.some((arg) => ESCAPED.test(arg) || arg === 'gayfgt')) ||
    (/^(enable|system|shell|linuxshell)$/.test(command.name) &&
      line.commands.length === 1 &&
      command.args.length === 0),
);
