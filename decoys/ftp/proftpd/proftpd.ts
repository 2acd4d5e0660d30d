/** ProFTPD 1.3.8 as Debian 12 ships and configures it: what it says, and in which order it looks at things. */
import type { Dialect } from '../dialect.types.ts';
import { plainAddress, type FtpSession } from '../ftp-session.ts';
import { DATA_COMMANDS } from './data-commands.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { LOGIN_COMMANDS, PLEASE_LOG_IN } from './login-commands.ts';
import { SETTING_COMMANDS } from './setting-commands.ts';
import { SITE_COMMANDS } from './site-commands.ts';

/** Its command buffer: a path and a verb. */
const MAX_LINE = 4103;
/** Other protocols are cut off without a word (since 1.3.5). */
const OTHER_PROTOCOLS =
  /^(?:(?:CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|DATA|EHLO|HELO|MAIL|RCPT|RSET|VRFY)(?: |$)|SSH-)/;
const EARLY = new Set([
  'USER',
  'PASS',
  'QUIT',
  'FEAT',
  'OPTS',
  'HELP',
  'NOOP',
  'SYST',
  'HOST',
  'CLNT',
  'LANG',
  'ACCT',
  'REIN',
  'SITE',
  'AUTH',
  'PBSZ',
  'PROT',
  'TYPE',
]);
const TLS = new Set(['AUTH', 'PBSZ', 'PROT', 'CCC', 'SSCN']);
const COMMANDS = { ...LOGIN_COMMANDS, ...SETTING_COMMANDS, ...FILE_COMMANDS, ...DATA_COMMANDS, ...SITE_COMMANDS };

export const proftpd: Dialect = {
  lines: { maxLine: MAX_LINE, crlfOnly: true, telnet: true },
  idleMs: 1_200_000,
  idleReply: '421 Idle timeout (1200 seconds): closing control connection',
  greeting: (ftp) => `220 ProFTPD Server (Debian) [${serverAddress(ftp)}]`,
  tooLong: () => {},
  line(ftp, line) {
    const [text = ''] = line.split('\0');
    if (OTHER_PROTOCOLS.test(text)) {
      ftp.odd(line);
      return ftp.end();
    }
    if (text.trim() === '' || text.startsWith(' ')) return ftp.reply('500 Invalid command: try being more creative');
    const space = text.indexOf(' ');
    const word = (space < 0 ? text : text.slice(0, space)).toUpperCase();
    const argument = space < 0 ? '' : text.slice(space + 1);
    return run(ftp, word, argument, line);
  },
  meanwhile(ftp, line) {
    const word = line.trim().toUpperCase();
    if (word !== 'ABOR') return false;
    if (ftp.abort()) {
      ftp.reply('426 Transfer aborted. Data connection closed');
      ftp.reply('226 Abort successful');
    }
    return true;
  },
};

function run(ftp: FtpSession, word: string, argument: string, line: string): void {
  const known = Object.hasOwn(COMMANDS, word) && !(TLS.has(word) && ftp.config.tls === 'off');
  if (!known) {
    ftp.odd(line);
    return ftp.reply(`500 ${word} not understood`);
  }
  if (ftp.login === undefined && !EARLY.has(word)) return ftp.reply(PLEASE_LOG_IN);
  return COMMANDS[word as keyof typeof COMMANDS]!(ftp, argument);
}

/** It listens on IPv6 for both, and shows addresses as they are there. */
function serverAddress(ftp: FtpSession): string {
  const ip = plainAddress(ftp.session.destination.ip);
  return ip.includes(':') ? ip : `::ffff:${ip}`;
}
