/** vsftpd: folders and files, without data connections. It tells no reasons: whatever the machine says, it failed. */
import type { Command } from '../dialect.types.ts';
import type { FtpSession } from '../ftp-session.ts';
import { secondsOf, timestampOf } from '../times.ts';
import { listFiles } from './listing.ts';
import { statusOf } from './setting-commands.ts';

const PERMISSION_DENIED = '550 Permission denied.';
const MAX_MESSAGE = 4000;

const changeFolder: Command = (ftp, path) => {
  const to = path === '~' || path.startsWith('~/') ? `${ftp.files.user.home}${path.slice(1)}` : path;
  if (!ftp.files.enter(to).ok) return ftp.reply('550 Failed to change directory.');
  const message = ftp.files.read('.message');
  const lines = message.ok
    ? message.value.subarray(0, MAX_MESSAGE).toString('latin1').replace(/\n$/, '').split('\n')
    : [];
  return ftp.reply(...lines.map((line) => `250-${line}`), '250 Directory successfully changed.');
};
const workingFolder: Command = (ftp) => ftp.reply(`257 "${quoted(ftp.files.cwd)}" is the current directory`);

const makeFolder: Command = (ftp, path) => {
  if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
  if (!ftp.files.mkdir(path.replace(/\/+$/, ''), 0o777 & ~ftp.umask).ok)
    return ftp.reply('550 Create directory operation failed.');
  told(ftp, path, 'write');
  return ftp.reply(`257 "${quoted(ftp.files.absolute(path))}" created`);
};

const removeFolder: Command = (ftp, path) => {
  if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
  const name = ftp.files.fullPath(path);
  if (!ftp.files.rmdir(path).ok) return ftp.reply('550 Remove directory operation failed.');
  told(ftp, name, 'delete');
  return ftp.reply('250 Remove directory operation successful.');
};

export const FILE_COMMANDS: Readonly<Record<string, Command>> = {
  CWD: changeFolder,
  XCWD: changeFolder,
  CDUP: (ftp) => changeFolder(ftp, '..'),
  XCUP: (ftp) => changeFolder(ftp, '..'),
  PWD: workingFolder,
  XPWD: workingFolder,
  MKD: makeFolder,
  XMKD: makeFolder,
  RMD: removeFolder,
  XRMD: removeFolder,

  DELE(ftp, path) {
    if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
    const name = ftp.files.fullPath(path);
    if (!ftp.files.unlink(path).ok) return ftp.reply('550 Delete operation failed.');
    told(ftp, name, 'delete');
    return ftp.reply('250 Delete operation successful.');
  },

  RNFR(ftp, path) {
    if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
    ftp.renameFrom = undefined;
    if (!ftp.files.stat(path).ok) return ftp.reply('550 RNFR command failed.');
    ftp.renameFrom = path;
    return ftp.reply('350 Ready for RNTO.');
  },

  RNTO(ftp, path) {
    if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
    const from = ftp.renameFrom;
    ftp.renameFrom = undefined;
    if (from === undefined) return ftp.reply('503 RNFR required first.');
    if (!ftp.files.rename(from, path).ok) return ftp.reply('550 Rename failed.');
    told(ftp, path, 'write');
    return ftp.reply('250 Rename successful.');
  },

  SIZE(ftp, path) {
    const stat = ftp.files.stat(path);
    if (!stat.ok || stat.value.type !== 'file') return ftp.reply('550 Could not get file size.');
    return ftp.reply(`213 ${stat.value.size}`);
  },

  MDTM(ftp, argument) {
    const [, stamp, path] = /^(\d{14}) (.+)$/s.exec(argument) ?? [];
    if (stamp !== undefined) {
      const plain = ftp.files.stat(path!);
      const set = plain.ok && plain.value.type === 'file' && ftp.files.utimes(path!, secondsOf(stamp)).ok;
      ftp.changed();
      return ftp.reply(set ? '213 File modification time set.' : '550 Could not set file modification time.');
    }
    const stat = ftp.files.stat(argument);
    if (!stat.ok || stat.value.type !== 'file') return ftp.reply('550 Could not get file modification time.');
    return ftp.reply(`213 ${timestampOf(stat.value.mtime, ftp.persona.timeZone)}`);
  },

  STAT(ftp, argument) {
    if (argument === '') return ftp.reply(...statusOf(ftp));
    const { text } = listFiles(ftp.files, argument, { ...listingTime(ftp), long: true, all: true });
    ftp.session.report.file({ path: ftp.files.fullPath(argument), action: 'list' });
    ftp.raw(`213-Status follows:\r\n${text}`);
    return ftp.reply('213 End of status');
  },

  SITE(ftp, argument) {
    const space = argument.indexOf(' ');
    const word = (space < 0 ? argument : argument.slice(0, space)).toUpperCase();
    const rest = space < 0 ? '' : argument.slice(space + 1);
    switch (word) {
      case 'HELP':
        return ftp.reply('214 CHMOD UMASK HELP');
      case 'CHMOD':
        return changeMode(ftp, rest);
      case 'UMASK':
        return changeUmask(ftp, rest);
      default:
        ftp.odd(`SITE ${argument}`);
        return ftp.reply('500 Unknown SITE command.');
    }
  },
};

function changeMode(ftp: FtpSession, argument: string): void {
  const space = argument.indexOf(' ');
  if (space < 0) return ftp.reply('500 SITE CHMOD needs 2 arguments.');
  const path = argument.slice(space + 1);
  if (!ftp.files.chmod(path, octal(argument.slice(0, space)) & 0o777).ok)
    return ftp.reply('550 SITE CHMOD command failed.');
  ftp.changed();
  return ftp.reply('200 SITE CHMOD command ok.');
}

function changeUmask(ftp: FtpSession, argument: string): void {
  if (argument === '') return ftp.reply(`200 Your current UMASK is ${octalText(ftp.umask)}`);
  ftp.umask = octal(argument) & 0o777;
  return ftp.reply(`200 UMASK set to ${octalText(ftp.umask)}`);
}

/** As far as digits go; 0 where there are none. */
function octal(text: string): number {
  return Number.parseInt(/^[0-7]+/.exec(text.slice(0, 12))?.[0] ?? '0', 8);
}

function octalText(mode: number): string {
  return mode === 0 ? '0' : `0${mode.toString(8)}`;
}

function quoted(path: string): string {
  return path.replaceAll('"', '""');
}

function told(ftp: FtpSession, path: string, action: 'write' | 'delete'): void {
  ftp.changed();
  ftp.session.report.file({ path: action === 'write' ? ftp.files.fullPath(path) : path, action });
}

export function listingTime(ftp: FtpSession): { readonly now: number; readonly timeZone: string } {
  return { now: Math.floor(ftp.session.clock.now() / 1000), timeZone: ftp.persona.timeZone };
}
