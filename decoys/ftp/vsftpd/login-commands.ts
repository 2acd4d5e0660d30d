/** vsftpd: who is let in, and TLS before that. */
import type { Command } from '../dialect.types.ts';
import type { FtpSession } from '../ftp-session.ts';

export const PLEASE_LOG_IN = '530 Please login with USER and PASS.';
const MAX_FAILURES = 3;
/** delay_failed_login, besides what PAM takes. */
const FAILED_LOGIN_MS = 1000;
const INCORRECT = '530 Login incorrect.';

export const LOGIN_COMMANDS: Readonly<Record<string, Command>> = {
  USER(ftp, name) {
    const { login } = ftp;
    if (login !== undefined) {
      const same = login.anonymous ? isAnonymous(name) : login.name === name;
      if (login.anonymous) return ftp.reply(same ? '331 Any password will do.' : "530 Can't change from guest user.");
      return ftp.reply(same ? '331 Any password will do.' : "530 Can't change to another user.");
    }
    ftp.user = name;
    return ftp.reply('331 Please specify the password.');
  },

  PASS(ftp, password) {
    if (ftp.login !== undefined) return ftp.reply('230 Already logged in.');
    const name = ftp.user;
    if (name === undefined) return ftp.reply('503 Login with USER first.');
    if (ftp.config.anonymous && isAnonymous(name))
      return ftp.enterAnonymously(name, password, () => {
        ftp.umask = 0o77;
        ftp.reply('230 Login successful.');
      });
    return ftp.check(password, (user, delayMs) => {
      ftp.user = undefined;
      if (user !== undefined) {
        ftp.enter(user);
        ftp.umask = 0o77;
        return ftp.reply('230 Login successful.');
      }
      const own = ftp.config.failureDelayMs === 0 ? 0 : FAILED_LOGIN_MS;
      return ftp.later(delayMs + own, () => {
        ftp.reply(INCORRECT);
        if (++ftp.failures >= MAX_FAILURES) ftp.end();
      });
    });
  },

  QUIT(ftp) {
    ftp.reply('221 Goodbye.');
    ftp.end();
  },

  AUTH(ftp, kind) {
    if (ftp.login !== undefined) return ftp.reply('500 Unknown command.');
    if (ftp.secured) return ftp.reply(PLEASE_LOG_IN);
    const word = kind.toUpperCase();
    const identity = ftp.server.identity;
    if (identity === undefined || (word !== 'TLS' && word !== 'SSL' && word !== 'TLS-C' && word !== 'TLS-P'))
      return ftp.reply('504 Unknown AUTH type.');
    ftp.reply('234 Proceed with negotiation.');
    return ftp.startTls(identity);
  },

  PBSZ(ftp) {
    ftp.reply(noTls(ftp, 'PBSZ') ?? '200 PBSZ set to 0.');
  },

  PROT(ftp, level) {
    const refused = noTls(ftp, 'PROT');
    if (refused !== undefined) return ftp.reply(refused);
    const word = level.toUpperCase();
    if (word !== 'C' && word !== 'P')
      return ftp.reply(word === 'S' || word === 'E' ? '536 PROT not supported.' : '504 PROT not recognized.');
    ftp.protect = word === 'P';
    return ftp.reply(ftp.protect ? '200 PROT now Private.' : '200 PROT now Clear.');
  },
};

function noTls(ftp: FtpSession, word: string): string | undefined {
  if (ftp.config.tls === 'off') return '550 Permission denied.';
  return ftp.secured ? undefined : `503 ${word} needs a secure connection.`;
}

function isAnonymous(name: string): boolean {
  return /^(?:ftp|anonymous)$/i.test(name);
}
