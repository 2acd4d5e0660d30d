/** useradd, userdel, usermod, groupadd and their kin: accounts that come, go and change. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import type { Reading } from '../reading.ts';

const TYPES: Readonly<Record<string, readonly string[]>> = {
  useradd: ['user', 'creation'],
  adduser: ['user', 'creation'],
  newusers: ['user', 'creation'],
  userdel: ['user', 'deletion'],
  usermod: ['user', 'change'],
  groupadd: ['group', 'creation'],
  groupdel: ['group', 'deletion'],
  groupmod: ['group', 'change'],
  gpasswd: ['group', 'change'],
};

export function accounts(message: string, { program }: { readonly program: string }): Reading | undefined {
  const type = TYPES[program];
  if (type === undefined) return changedBy(message);
  return {
    category: ['iam'],
    type,
    outcome: message.startsWith('failed ') || message.startsWith('cannot ') ? 'failure' : 'success',
    action: `${type[0]}-${type[1]}`,
    ...named(message),
  };
}

/** `new user: name=…, UID=…, GID=…, home=…, shell=…`, `new group: name=…, GID=…`, and words with the name in quotes. */
function named(message: string): Partial<Reading> {
  if (message.startsWith('new group: '))
    return { group: { id: field(message, 'GID='), name: field(message, 'name=') } };
  if (message.startsWith('new user: ')) {
    const useradd: EcsGroup = { home: field(message, 'home='), shell: field(message, 'shell=') };
    return {
      user: { name: field(message, 'name='), id: field(message, 'UID=') },
      group: { id: field(message, 'GID=') },
      auth: { useradd },
    };
  }
  const member = /^add '([^']+)' to (?:shadow )?group '|^user (\S+) (?:added|removed) by /.exec(message);
  const user = member?.[1] ?? member?.[2] ?? /\buser '([^']+)'/.exec(message)?.[1];
  const group = /\bgroup '([^']+)'/.exec(message)?.[1] ?? / by \S+ (?:to|from) group (\S+)$/.exec(message)?.[1];
  return {
    user: user === undefined ? undefined : { name: user },
    group: group === undefined ? undefined : { name: group },
  };
}

function field(message: string, name: string): string | undefined {
  const begin = message.indexOf(` ${name}`);
  if (begin === -1) return undefined;
  const end = message.indexOf(', ', begin);
  return message.slice(begin + 1 + name.length, end === -1 ? undefined : end);
}

/** passwd, chfn, chsh, chage: who was changed. */
function changedBy(message: string): Reading | undefined {
  const match = /^(?:changed user '([^']+)'|changed password expiry for (\S+)|password for '([^']+)' changed)/.exec(
    message,
  );
  return match === null
    ? undefined
    : {
        category: ['iam'],
        type: ['user', 'change'],
        outcome: 'success',
        action: 'user-change',
        user: { name: match[1] ?? match[2] ?? match[3] },
      };
}
