/** Which reader understands which program: a line each. The name is the tag's, without folders (`postfix/smtpd` is `smtpd` of `postfix`). */
import type { MessageReader } from '../reading.ts';
import { accounts } from './accounts.ts';
import { cron } from './cron.ts';
import { generic } from './generic.ts';
import { login } from './login.ts';
import { logind } from './logind.ts';
import { pam } from './pam.ts';
import { sshd } from './sshd.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

interface ProgramReader {
  readonly read: MessageReader;
  /** `event.dataset`: `system.auth` for what guards the host itself. */
  readonly dataset: string;
}

const AUTH = 'system.auth';
const SYSLOG = 'system.syslog';

const PROGRAMS: readonly (readonly [names: string, read: MessageReader, dataset: string])[] = [
  ['sshd sshd-session sshd-auth', sshd, AUTH],
  ['sudo', sudo, AUTH],
  ['su', su, AUTH],
  ['cron crond crontab anacron', cron, SYSLOG],
  ['login remote rlogin', login, AUTH],
  ['systemd-logind', logind, AUTH],
  [
    'useradd userdel usermod groupadd groupdel groupmod gpasswd adduser newusers passwd chfn chsh chage',
    accounts,
    AUTH,
  ],
];

const table = new Map<string, ProgramReader>();
for (const [names, read, dataset] of PROGRAMS) for (const name of names.split(' ')) table.set(name, { read, dataset });

const PAM: ProgramReader = { read: pam, dataset: AUTH };
const OTHER: ProgramReader = { read: generic, dataset: SYSLOG };
const MAX_REMEMBERED = 1024;
const remembered = new Map<string, ProgramReader>();

export function readerOf(program: string): ProgramReader {
  const known = remembered.get(program);
  if (known !== undefined) return known;
  const found = find(program.toLowerCase());
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(program, found);
  return found;
}

function find(program: string): ProgramReader {
  if (program.endsWith('(pam_unix)')) return PAM;
  const base = program.replace(/\(.*$/, '').slice(program.lastIndexOf('/') + 1);
  return table.get(program) ?? table.get(base) ?? OTHER;
}
