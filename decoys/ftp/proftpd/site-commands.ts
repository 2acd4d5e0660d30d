/** ProFTPD: SITE, with Debian's mod_copy, mod_site_misc, mod_quotatab and mod_ratio. CPFR before the login was CVE-2015-3306; 1.3.8 asks for one. */
import type { Command } from '../dialect.types.ts';
import type { FtpSession } from '../ftp-session.ts';
import { secondsOf } from '../times.ts';
import { PLEASE_LOG_IN } from './login-commands.ts';
import { errorText } from '../../shell/fs/error-text.ts';
import { refusal } from './replies.ts';
import { adminAddress } from './setting-commands.ts';

const BAD_SEQUENCE = '503 Bad sequence of commands';

export const SITE_COMMANDS: Readonly<Record<string, Command>> = {
  SITE(ftp, argument) {
    if (argument === '') return ftp.reply("500 'SITE' requires parameters");
    const [word = '', ...rest] = argument.split(' ');
    const name = word.toUpperCase();
    if (name === 'CPFR' || name === 'CPTO') ftp.odd(`SITE ${argument}`);
    if (ftp.login === undefined && name !== 'CPTO') return ftp.reply(PLEASE_LOG_IN);
    const command = Object.hasOwn(SITE, name) ? SITE[name] : undefined;
    if (command !== undefined) return command(ftp, rest.join(' '));
    ftp.odd(`SITE ${argument}`);
    return ftp.reply(`500 'SITE ${name}' not understood`);
  },
};

const SITE: Readonly<Record<string, Command>> = {
  HELP(ftp, argument) {
    const last = /^chmod$/i.test(argument)
      ? [' Syntax: SITE CHMOD <sp> mode <sp> pathname']
      : /^chgrp$/i.test(argument)
        ? [' Syntax: SITE CHGRP <sp> group <sp> pathname']
        : [' HELP', ' CHGRP', ' CHMOD'];
    const shown = argument === '' ? [' The following SITE extensions are recognized:'] : [];
    ftp.reply(
      "214-The following SITE commands are recognized (* =>'s unimplemented)",
      ' CPFR <sp> pathname',
      ' CPTO <sp> pathname',
      ' UTIME <sp> YYYYMMDDhhmm[ss] <sp> path',
      ' SYMLINK <sp> source <sp> destination',
      ' RMDIR <sp> path',
      ' MKDIR <sp> path',
      ...shown,
      ' RATIO -- show all ratios in effect',
      ' QUOTA',
      ...last,
      `214 Direct comments to ${adminAddress(ftp)}`,
    );
  },

  CHMOD(ftp, argument) {
    const [, mode, path] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    if (mode === undefined) return notUnderstood(ftp, 'CHMOD', argument);
    const stat = ftp.files.stat(path!);
    if (!stat.ok) return ftp.reply(refusal(path!, stat));
    const bits = modeOf(mode, stat.value.mode);
    if (bits === undefined) return ftp.reply(`550 '${mode}': invalid mode`);
    const set = ftp.files.chmod(path!, bits);
    if (!set.ok) return ftp.reply(`550 CHMOD ${mode} ${path}: ${errorText(set.error)}`);
    ftp.changed();
    return ftp.reply('200 SITE CHMOD command successful');
  },

  CHGRP(ftp, argument) {
    const [, group, path] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    if (group === undefined) return notUnderstood(ftp, 'CHGRP', argument);
    const stat = ftp.files.stat(path!);
    if (!stat.ok) return ftp.reply(refusal(path!, stat));
    const gid = ftp.files.groupId(group) ?? (/^\d{1,9}$/.test(group) ? Number(group) : undefined);
    if (gid === undefined) return ftp.reply(`550 ${path}: Invalid argument`);
    const set = ftp.files.chgrp(path!, gid);
    ftp.changed();
    return ftp.reply(set.ok ? '200 SITE CHGRP command successful' : refusal(path!, set));
  },

  MKDIR(ftp, path) {
    if (path === '') return ftp.reply("500 'SITE MKDIR' not understood");
    const made = ftp.files.mkdir(path, 0o755);
    ftp.changed();
    // It makes what is missing on the way, and does not mind what is there.
    if (!made.ok && made.error !== 'EEXIST') return ftp.reply(`550 MKDIR ${path}: ${errorText(made.error)}`);
    return ftp.reply('200 SITE MKDIR command successful');
  },

  RMDIR(ftp, path) {
    if (path === '') return ftp.reply("500 'SITE RMDIR' not understood");
    const removed = ftp.files.rmdir(path);
    ftp.changed();
    return ftp.reply(
      removed.ok ? '200 SITE RMDIR command successful' : `550 RMDIR ${path}: ${errorText(removed.error)}`,
    );
  },

  SYMLINK(ftp, argument) {
    const [from, to] = argument.split(' ');
    if (from === undefined || to === undefined) return ftp.reply("500 'SITE SYMLINK' not understood");
    const stat = ftp.files.stat(from);
    const made = stat.ok ? ftp.files.symlink(from, to) : stat;
    ftp.changed();
    return ftp.reply(
      made.ok ? '200 SITE SYMLINK command successful' : `550 SYMLINK ${argument}: ${errorText(made.error)}`,
    );
  },

  UTIME(ftp, argument) {
    const [, stamp, path] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    if (stamp === undefined) return ftp.reply("500 'SITE UTIME' not understood");
    if (!/^\d{12}(?:\d\d)?$/.test(stamp)) return ftp.reply(`500 UTIME ${argument}: Invalid argument`);
    const set = ftp.files.utimes(path!, secondsOf(stamp));
    ftp.changed();
    return ftp.reply(set.ok ? '200 SITE UTIME command successful' : `550 UTIME ${argument}: ${errorText(set.error)}`);
  },

  QUOTA: (ftp) => ftp.reply('202 No quotas in effect'),
  RATIO: (ftp) => ftp.reply('214 Current Ratio: ( -0/0 +0/0 (0 0 0 0) = 0/0 )'),

  CPFR(ftp, path) {
    if (path === '') return ftp.reply("500 'SITE CPFR' not understood");
    const stat = ftp.files.stat(path);
    if (!stat.ok)
      return ftp.reply(`550 ${stat.error === 'ENOENT' ? ftp.files.absolute(path) : path}: ${errorText(stat.error)}`);
    ftp.copyFrom = path;
    return ftp.reply('350 File or directory exists, ready for destination name');
  },

  CPTO(ftp, path) {
    if (path === '' && ftp.login !== undefined) return ftp.reply("500 'SITE CPTO' not understood", BAD_SEQUENCE);
    const from = ftp.copyFrom;
    ftp.copyFrom = undefined;
    if (from === undefined || ftp.login === undefined) return ftp.reply('503-Bad sequence of commands', BAD_SEQUENCE);
    const content = ftp.files.read(from);
    const written = content.ok ? ftp.files.write(path, content.value, { mode: 0o644 }) : content;
    if (!written.ok) return ftp.reply(refusal(path, written));
    ftp.changed();
    ftp.session.report.file({ path: ftp.files.fullPath(path), action: 'write' });
    return ftp.reply('250 Copy successful');
  },
};

function notUnderstood(ftp: FtpSession, word: string, argument: string): void {
  ftp.reply(`500-'SITE ${word}${argument && ` ${argument}`}' not understood`, '500 SITE not understood');
}

/** Octal, or `u+x,g-w`. */
function modeOf(text: string, before: number): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let mode = before;
  for (const clause of text.slice(0, 128).split(',')) {
    const [, who = '', how, bits = ''] = /^([ugoa]*)([-+=])([rwxst]*)$/.exec(clause) ?? [];
    if (how === undefined) return undefined;
    const places = who === '' || who.includes('a') ? 'ugo' : who;
    let mask = 0;
    for (const place of places) {
      const shift = place === 'u' ? 6 : place === 'g' ? 3 : 0;
      for (const bit of bits) mask |= (bit === 'r' ? 4 : bit === 'w' ? 2 : bit === 'x' ? 1 : 0) << shift;
      if (how === '=') mode &= ~(7 << shift);
    }
    mode = how === '-' ? mode & ~mask : mode | mask;
  }
  return mode;
}
