/** ProFTPD: who is let in, and TLS before that. */
import type { Command } from '../dialect.types.ts';

export const PLEASE_LOG_IN = '530 Please login with USER and PASS';
const MAX_FAILURES = 3;
const MAX_NAME = 256;
const INCORRECT = '530 Login incorrect.';

export const LOGIN_COMMANDS: Readonly<Record<string, Command>> = {
  USER(ftp, name) {
    if (name === '') return ftp.reply('500 USER: command requires a parameter');
    if (ftp.login !== undefined)
      return ftp.reply(ftp.login.name === name ? `230 User ${name} logged in` : '501 Reauthentication not supported');
    if (name.length > MAX_NAME) return ftp.reply('501 Login incorrect.');
    ftp.user = name;
    return ftp.reply(`331 Password required for ${name.trim()}`);
  },

  PASS(ftp, password) {
    if (ftp.login !== undefined) return ftp.reply('503 You are already logged in');
    const name = ftp.user;
    if (name === undefined) return ftp.reply('503 Login with USER first');
    return ftp.check(password, (user, delayMs) => {
      const asksPam = name !== 'root' && ftp.hasAccount(name);
      ftp.user = undefined;
      if (user !== undefined) {
        ftp.enter(user);
        return ftp.reply(`230 User ${user.name} logged in`);
      }
      return ftp.later(asksPam ? delayMs : 0, () => {
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
    const { identity } = ftp.server;
    const word = kind.toUpperCase();
    if (kind === '') return ftp.reply('504 AUTH requires at least one argument');
    if (ftp.login !== undefined && !ftp.secured) return ftp.reply('534 Unwilling to accept security parameters');
    if (ftp.secured) return ftp.reply('503 Unwilling to accept second AUTH');
    if (identity === undefined || !/^(?:TLS|TLS-C|TLS-P|SSL)$/.test(word)) return ftp.reply('500 AUTH not understood');
    ftp.reply(`234 AUTH ${kind} successful`);
    return ftp.startTls(identity);
  },

  PBSZ(ftp, size) {
    if (!ftp.secured) return ftp.reply('500 PBSZ not understood');
    if (size === '') return ftp.reply('501 Invalid number of parameters');
    return ftp.reply(size === '0' ? '200 PBSZ 0 successful' : '200 PBSZ=0 successful');
  },

  PROT(ftp, level) {
    if (!ftp.secured) return ftp.reply('500 PROT not understood');
    if (level === '') return ftp.reply('501 Invalid number of parameters');
    const word = level.toUpperCase();
    if (word === 'S' || word === 'E') return ftp.reply(`536 PROT ${level} unsupported`);
    if (word !== 'C' && word !== 'P') return ftp.reply(`504 PROT ${level} unsupported`);
    ftp.protect = word === 'P';
    return ftp.reply(`200 Protection set to ${ftp.protect ? 'Private' : 'Clear'}`);
  },

  SSCN(ftp, argument) {
    if (!ftp.secured) return ftp.reply('500 SSCN not understood');
    const word = argument.toUpperCase();
    if (word !== '' && word !== 'ON' && word !== 'OFF') return ftp.reply('501 SSCN: Invalid argument');
    if (word !== '') ftp.options.set('sscn', word);
    return ftp.reply(`200 SSCN:${ftp.options.get('sscn') === 'ON' ? 'CLIENT' : 'SERVER'} METHOD`);
  },

  // The real one goes back to clear text; whoever asks over TLS is told that it will not.
  CCC: (ftp) => ftp.reply(ftp.secured ? '534 Unwilling to accept security parameters' : '500 CCC not understood'),
};
