/** A program that fetches a file from elsewhere was told to do so. */
import { commandDetector, operands } from '../command-detector.ts';

const FETCHERS = new Set(['wget', 'curl', 'fetch', 'lynx', 'aria2c', 'axel', 'lwp-download']);
const URL_LIKE = /^(https?|ftps?|tftp):\/\/|^[\w-]+(\.[\w-]+)+(:\d+)?\//i;

export const downloadTool = commandDetector(
  {
    id: 'download-tool',
    title: 'Download of a file from elsewhere',
    severity: 'medium',
    confidence: 85,
    techniques: ['T1105'],
    tactics: ['TA0011'],
    falsePositives: 'An administrator who installs software by hand.',
  },
  (command) => {
    if (FETCHERS.has(command.name))
      return operands(command).some(
        (word) => URL_LIKE.test(word) || word.startsWith('$') || /^\d+(\.\d+){3}$/.test(word),
      );
    if (command.name === 'tftp' || command.name === 'ftpget' || command.name === 'ftp') return command.args.length > 0;
    return false;
  },
);
