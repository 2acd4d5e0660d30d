/** Which reader understands which program: a line each. The name is the tag's, without folders (`postfix/smtpd` is `smtpd` of `postfix`). */
import type { MessageReader } from '../reading.ts';
import { accounts } from './accounts.ts';
import { asterisk } from './asterisk.ts';
import { courier } from './courier.ts';
import { cron } from './cron.ts';
import { dovecot } from './dovecot.ts';
import { dropbear } from './dropbear.ts';
import { exim } from './exim.ts';
import { ftpd } from './ftpd.ts';
import { freeswitch } from './freeswitch.ts';
import { generic } from './generic.ts';
import { login } from './login.ts';
import { logind } from './logind.ts';
import { cyrus, mailLogins, perdition, solidPop3d } from './mail-logins.ts';
import { mysql } from './mysql.ts';
import { named } from './named.ts';
import { pam } from './pam.ts';
import { postfix } from './postfix.ts';
import { postgresql } from './postgresql.ts';
import { proftpd } from './proftpd.ts';
import { pureFtpd } from './pure-ftpd.ts';
import { samba } from './samba.ts';
import { sendmail } from './sendmail.ts';
import {
  endlessh,
  mailScanner,
  nrpe,
  rblsmtpd,
  scanlogd,
  screensharing,
  webmin,
  xinetd,
  xrdp,
} from './small-daemons.ts';
import { sshd } from './sshd.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';
import { charon, kernel } from './vpn.ts';
import { vsftpd } from './vsftpd.ts';

interface ProgramReader {
  readonly read: MessageReader;
  /** `event.dataset`: `system.auth` for what guards the host itself. */
  readonly dataset: string;
}

const AUTH = 'system.auth';
const SYSLOG = 'system.syslog';
const MAIL = 'system.mail';
const FTP = 'system.ftp';
const DATABASE = 'system.database';
export const KERNEL = 'kernel';

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
  [
    'dovecot dovecot-auth auth auth-worker imap-login pop3-login submission-login managesieve-login lmtp',
    dovecot,
    MAIL,
  ],
  ['exim exim4', exim, MAIL],
  ['sendmail sm-mta sm-msp sm-acceptingconnections', sendmail, MAIL],
  ['imapd imaps imap pop3d pop3s pop3 ipop3d ipop2d imapd-ssl pop3d-ssl', mailLogins, MAIL],
  ['courierpop3login courierimaplogin courieresmtpd courierd', courier, MAIL],
  ['sieve timsieved', cyrus, MAIL],
  ['perdition perdition.imap perdition.imaps perdition.pop3 perdition.pop3s', perdition, MAIL],
  ['solid-pop3d', solidPop3d, MAIL],
  ['qmail qmail-smtpd rblsmtpd', rblsmtpd, MAIL],
  ['dropbear', dropbear, AUTH],
  ['vsftpd', vsftpd, FTP],
  ['proftpd', proftpd, FTP],
  ['pure-ftpd', pureFtpd, FTP],
  ['ftpd wu-ftpd in.ftpd', ftpd, FTP],
  ['named named-sdb named-pkcs11', named, SYSLOG],
  ['mysqld mariadbd mysqld_safe mysql mariadb', mysql, DATABASE],
  ['postgres postgresql', postgresql, DATABASE],
  ['webmin', webmin, AUTH],
  ['screensharingd', screensharing, AUTH],
  ['xrdp xrdp-sesman', xrdp, AUTH],
  ['xinetd', xinetd, SYSLOG],
  ['nrpe', nrpe, SYSLOG],
  ['scanlogd', scanlogd, SYSLOG],
  ['freeswitch', freeswitch, SYSLOG],
  ['smbd samba', samba, SYSLOG],
  ['endlessh', endlessh, SYSLOG],
  ['mailscanner', mailScanner, MAIL],
  // Its own file has the level where others have the program.
  ['asterisk security notice', asterisk, SYSLOG],
  ['charon charon-systemd ipsec', charon, SYSLOG],
  [KERNEL, kernel, SYSLOG],
];

const table = new Map<string, ProgramReader>();
for (const [names, read, dataset] of PROGRAMS) for (const name of names.split(' ')) table.set(name, { read, dataset });

const POSTFIX: ProgramReader = { read: postfix, dataset: MAIL };
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

/**
 * Whether a reader of its own stands in the list: what such a program says is never taken for another format, whatever a client made it write. The kernel
 * writes packets as well, and nothing that a client words.
 */
export function isKnownProgram(program: string): boolean {
  return program !== KERNEL && readerOf(program) !== OTHER;
}

function find(program: string): ProgramReader {
  if (program.endsWith('(pam_unix)')) return PAM;
  // Its instances are named at will: `postfix-incoming/submission/smtpd`.
  if (program.startsWith('postfix')) return POSTFIX;
  const base = program.replace(/\(.*$/, '').slice(program.lastIndexOf('/') + 1);
  return table.get(program) ?? table.get(base) ?? OTHER;
}
