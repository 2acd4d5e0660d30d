/** A job was put into cron, to come back after a restart or a clean-up. */
import { commandDetector, hasFlag, operands, writesTo } from '../command-detector.ts';

const CRON_FILE = /^\/(etc\/(cron\.[a-z]+\/|crontab$|anacrontab$)|var\/spool\/cron\/)/;

export const cronPersistence = commandDetector(
  {
    id: 'cron-persistence',
    title: 'Cron job set up',
    severity: 'high',
    confidence: 85,
    techniques: ['T1053.003'],
    tactics: ['TA0003'],
    falsePositives: 'An administrator who edits a crontab.',
  },
  (command) => {
    if (writesTo(command, (path) => CRON_FILE.test(path))) return true;
    // `crontab FILE` and `… | crontab -` install; `-l`, `-r` and a bare `crontab` do not.
    if (command.name !== 'crontab' || hasFlag(command, 'l') || hasFlag(command, 'r')) return false;
    return (
      hasFlag(command, 'e') ||
      command.args.at(-1) === '-' ||
      operands(command).length > 0 ||
      command.pipedFrom !== undefined
    );
  },
);
