/** vsftpd 3.0.3 as Debian 12 ships it, with `write_enable=YES`: what it says, and in which order it looks at things. */
import type { Dialect } from '../dialect.types.ts';
import type { FtpSession } from '../ftp-session.ts';
import { DATA_COMMANDS } from './data-commands.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { LOGIN_COMMANDS, PLEASE_LOG_IN } from './login-commands.ts';
import { SETTING_COMMANDS } from './setting-commands.ts';

const MAX_LINE = 4096;
const HTTP = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT']);
/** What has a meaning before the login too. */
const EARLY = new Set(['USER', 'PASS', 'QUIT', 'FEAT', 'OPTS', 'AUTH', 'PBSZ', 'PROT']);
const COMMANDS = { ...LOGIN_COMMANDS, ...SETTING_COMMANDS, ...FILE_COMMANDS, ...DATA_COMMANDS };

export const vsftpd: Dialect = {
  lines: { maxLine: MAX_LINE, crlfOnly: false, telnet: false },
  idleMs: 300_000,
  idleReply: '421 Timeout.',
  greeting: () => '220 (vsFTPd 3.0.3)',
  tooLong(ftp) {
    ftp.reply('500 Input line too long.');
    ftp.end();
  },
  line(ftp, line) {
    if (line === '') return;
    const space = line.indexOf(' ');
    const word = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    const argument = space < 0 ? '' : line.slice(space + 1).replaceAll('\0', '\n');
    run(ftp, word === '\xff\xf4\xff\xf2ABOR' ? 'ABOR' : word, argument, line);
  },
  // It reads nothing while a transfer runs (async_abor_enable=NO).
  meanwhile: () => false,
};

function run(ftp: FtpSession, word: string, argument: string, line: string): void {
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word as keyof typeof COMMANDS] : undefined;
  if (ftp.login === undefined && (command === undefined || !EARLY.has(word) || isTls(ftp, word))) {
    if (command === undefined) ftp.odd(line);
    return ftp.reply(PLEASE_LOG_IN);
  }
  if (command !== undefined && !(word === 'AUTH' && ftp.config.tls === 'off')) return command(ftp, argument);
  ftp.odd(line);
  if (HTTP.has(word)) {
    ftp.reply('500 HTTP protocol commands not allowed.');
    return ftp.end();
  }
  return ftp.reply('500 Unknown command.');
}

function isTls(ftp: FtpSession, word: string): boolean {
  return ftp.config.tls === 'off' && (word === 'AUTH' || word === 'PBSZ' || word === 'PROT');
}
