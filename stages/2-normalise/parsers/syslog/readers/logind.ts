/** systemd-logind: sessions that begin and end. */
import type { Reading } from '../reading.ts';

export function logind(message: string): Reading | undefined {
  const begun = /^New session '?[\w-]+'? of user '?(.+?)'?(?: with class .*)?\.$/.exec(message);
  if (begun !== null)
    return {
      category: ['session'],
      type: ['start'],
      outcome: 'success',
      action: 'session-opened',
      user: { name: begun[1] },
    };
  if (/^(?:Removed session [\w-]+\.$|Session [\w-]+ logged out)/.test(message))
    return { category: ['session'], type: ['end'], action: 'session-closed' };
  return undefined;
}
