/** ProFTPD: folders and files, without data connections. */
import { errorText } from '../../shell/fs/error-text.ts';
import type { Command } from '../dialect.types.ts';
import type { FtpSession } from '../ftp-session.ts';
import { secondsOf, timestampOf } from '../times.ts';
import { factLine, typeOf } from './facts.ts';
import { longList } from './listing.ts';
import { alone, homeward, refusal, withArgument } from './replies.ts';
import { enabledFacts, statusOf } from './setting-commands.ts';

const FOLDER_MODE = 0o755;

const changeFolder =
  (word: string): Command =>
  (ftp, path) => {
    const entered = ftp.files.enter(homeward(path, ftp.files.user.home));
    ftp.reply(entered.ok ? `250 ${word} command successful` : refusal(path, entered));
  };
const upwards =
  (word: string): Command =>
  (ftp) => {
    ftp.files.enter('..');
    ftp.reply(`250 ${word} command successful`);
  };
const workingFolder = alone((ftp) => ftp.reply(`257 "${quoted(ftp.files.cwd)}" is the current directory`));

const makeFolder = withArgument((ftp, argument) => {
  const path = argument.length > 1 ? argument.replace(/\/+$/, '') : argument;
  const made = ftp.files.mkdir(path, FOLDER_MODE);
  if (!made.ok) return ftp.reply(refusal(argument, made));
  told(ftp, path, 'write');
  const real = ftp.files.realpath(path);
  const shown = real.ok ? real.value : ftp.files.absolute(path);
  return ftp.reply(`257 "${quoted(shown)}" - Directory successfully created`);
});
const removeFolder =
  (word: string): Command =>
  (ftp, path) => {
    const name = ftp.files.fullPath(path);
    const removed = ftp.files.rmdir(path);
    if (!removed.ok) return ftp.reply(refusal(path, removed));
    told(ftp, name, 'delete');
    return ftp.reply(`250 ${word} command successful`);
  };

export const FILE_COMMANDS: Readonly<Record<string, Command>> = {
  CWD: withArgument(changeFolder('CWD')),
  XCWD: withArgument(changeFolder('XCWD')),
  CDUP: upwards('CDUP'),
  XCUP: upwards('XCUP'),
  PWD: workingFolder,
  XPWD: workingFolder,
  MKD: makeFolder,
  XMKD: makeFolder,
  RMD: withArgument(removeFolder('RMD')),
  XRMD: withArgument(removeFolder('XRMD')),

  DELE: withArgument((ftp, path) => {
    const name = ftp.files.fullPath(path);
    const removed = ftp.files.unlink(path);
    if (!removed.ok) return ftp.reply(refusal(path, removed));
    told(ftp, name, 'delete');
    return ftp.reply('250 DELE command successful');
  }),

  RNFR: withArgument((ftp, path) => {
    const stat = ftp.files.lstat(path);
    if (!stat.ok) return ftp.reply(refusal(path, stat));
    ftp.renameFrom = path;
    return ftp.reply('350 File or directory exists, ready for destination name');
  }),

  RNTO: withArgument((ftp, path) => {
    const from = ftp.renameFrom;
    ftp.renameFrom = undefined;
    if (from === undefined) return ftp.reply('503 Bad sequence of commands');
    const renamed = ftp.files.rename(from, path);
    if (!renamed.ok)
      return ftp.reply(`550 ${renamed.error === 'EACCES' ? 'Rename ' : ''}${path}: ${errorText(renamed.error)}`);
    told(ftp, path, 'write');
    return ftp.reply('250 Rename successful');
  }),

  SIZE: withArgument((ftp, path) => {
    if (ftp.ascii) return ftp.reply('550 SIZE not allowed in ASCII mode');
    const stat = ftp.files.stat(path);
    if (!stat.ok) return ftp.reply(refusal(path, stat));
    if (stat.value.type !== 'file') return ftp.reply(`550 ${path}: not a regular file`);
    return ftp.reply(`213 ${stat.value.size}`);
  }),

  MDTM: withArgument((ftp, path) => {
    const stat = ftp.files.stat(path);
    if (!stat.ok) return ftp.reply(refusal(path, stat));
    if (stat.value.type !== 'file') return ftp.reply(`550 ${path}: not a plain file`);
    return ftp.reply(`213 ${timestampOf(stat.value.mtime, 'UTC')}`);
  }),

  MFMT: withArgument((ftp, argument) => {
    const [, stamp, path] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    if (stamp === undefined) return ftp.reply('501 Invalid number of parameters');
    if (!/^\d{14}$/.test(stamp)) return ftp.reply(`501 ${stamp}: Invalid argument`);
    const set = ftp.files.utimes(path!, secondsOf(stamp));
    ftp.changed();
    return ftp.reply(set.ok ? `213 Modify=${stamp}; ${path}` : refusal(path!, set));
  }),

  MFF: withArgument((ftp, argument) => {
    const [, facts, path] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    if (facts === undefined) return ftp.reply('501 Invalid number of parameters');
    for (const fact of facts.split(';').slice(0, -1)) {
      const refused = changeFact(ftp, fact, path!);
      if (refused !== undefined) return ftp.reply(refused);
    }
    ftp.changed();
    return ftp.reply(`213 ${facts} ${path}`);
  }),

  MLST(ftp, argument) {
    const path = argument === '' ? ftp.files.cwd : argument;
    const entry = ftp.files.entry(path, path);
    const real = ftp.files.realpath(path);
    if (entry === undefined || !real.ok) return ftp.reply(`550 '${path}' cannot be listed`);
    const { user } = ftp.files;
    const line = factLine(ftp.files, entry, {
      type: typeOf({ ...entry, name: '' }),
      shown: real.value,
      enabled: enabledFacts(ftp),
      groupName: ftp.files.names('group').get(user.gid) ?? String(user.gid),
    });
    return ftp.reply(`250-Start of list for ${path}`, ` ${line}`, '250 End of list');
  },

  STAT(ftp, argument) {
    if (argument === '') return ftp.reply(...statusOf(ftp));
    const path = argument.replace(/^(?:-\S* *)+/, '') || '.';
    const listing = longList(ftp.files, argument, Math.floor(ftp.session.clock.now() / 1000), true);
    if (listing.refused !== undefined || /[*?[]/.test(path)) return ftp.reply(`450 ${path}: No such file or directory`);
    ftp.session.report.file({ path: ftp.files.fullPath(path), action: 'list' });
    const stat = ftp.files.stat(path);
    const code = stat.ok && stat.value.type === 'directory' ? '212' : '213';
    return ftp.reply(`${code}-Status of ${path}:`, ...listing.lines.map((line) => ` ${line}`), `${code} End of status`);
  },
};

function changeFact(ftp: FtpSession, fact: string, path: string): string | undefined {
  const [name = '', value = ''] = fact.split('=');
  const { files } = ftp;
  switch (name.toLowerCase()) {
    case 'modify': {
      if (!/^\d{14}$/.test(value)) return `501 ${value}: Invalid argument`;
      const set = files.utimes(path, secondsOf(value));
      return set.ok ? undefined : refusal(path, set);
    }
    case 'unix.mode': {
      if (!/^[0-7]{1,5}$/.test(value)) return `501 ${path}: Invalid argument`;
      const set = files.chmod(path, Number.parseInt(value, 8) & 0o7777);
      return set.ok ? undefined : refusal(path, set);
    }
    case 'unix.group': {
      const gid = /^\d{1,9}$/.test(value) ? Number(value) : files.groupId(value);
      if (gid === undefined) return `501 ${path}: Invalid argument`;
      const set = files.chgrp(path, gid);
      return set.ok ? undefined : refusal(path, set);
    }
    default:
      return `504 Cannot modify fact '${fact}'`;
  }
}

function told(ftp: FtpSession, path: string, action: 'write' | 'delete'): void {
  ftp.changed();
  ftp.session.report.file({ path: action === 'write' ? ftp.files.fullPath(path) : path, action });
}

function quoted(path: string): string {
  return path.replaceAll('"', '""');
}
