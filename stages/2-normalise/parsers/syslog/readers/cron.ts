/** cron: `(USER) CMD (COMMAND)`, and changes of the tables. */
import type { Reading } from '../reading.ts';

export function cron(message: string): Reading | undefined {
  const match = /^\((\S+)\) (CMD|REPLACE|BEGIN EDIT|END EDIT|LIST|DELETE|RELOAD) \(/.exec(message);
  if (match === null) return undefined;
  const user = { name: match[1] };
  if (match[2] === 'CMD') return { category: ['process'], type: ['start'], action: 'cron-command', user };
  return match[2] === 'REPLACE' || match[2] === 'DELETE'
    ? { category: ['configuration'], type: ['change'], action: 'crontab-change', user }
    : undefined;
}
