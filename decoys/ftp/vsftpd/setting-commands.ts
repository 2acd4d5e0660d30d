/** vsftpd: what it says of itself, and what can be set. */
import type { Command } from '../dialect.types.ts';
import { plainAddress, type FtpSession } from '../ftp-session.ts';

const HELP = [
  '214-The following commands are recognized.',
  ' ABOR ACCT ALLO APPE CDUP CWD  DELE EPRT EPSV FEAT HELP LIST MDTM MKD',
  ' MODE NLST NOOP OPTS PASS PASV PORT PWD  QUIT REIN REST RETR RMD  RNFR',
  ' RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCUP XCWD XMKD',
  ' XPWD XRMD',
  '214 Help OK.',
];

const notImplemented =
  (word: string): Command =>
  (ftp) =>
    ftp.reply(`502 ${word} not implemented.`);

export const SETTING_COMMANDS: Readonly<Record<string, Command>> = {
  FEAT(ftp) {
    const tls = ftp.config.tls !== 'off';
    const features = [
      ...(tls ? ['AUTH TLS'] : []),
      'EPRT',
      'EPSV',
      'MDTM',
      'PASV',
      ...(tls ? ['PBSZ', 'PROT'] : []),
      'REST STREAM',
      'SIZE',
      'TVFS',
    ];
    ftp.reply('211-Features:', ...features.map((feature) => ` ${feature}`), '211 End');
  },

  OPTS(ftp, argument) {
    ftp.reply(argument.toUpperCase() === 'UTF8 ON' ? '200 Always in UTF8 mode.' : '501 Option not understood.');
  },

  HELP: (ftp) => ftp.reply(...HELP),
  NOOP: (ftp) => ftp.reply('200 NOOP ok.'),
  SYST: (ftp) => ftp.reply('215 UNIX Type: L8'),
  ALLO: (ftp) => ftp.reply('202 ALLO command ignored.'),
  ACCT: notImplemented('ACCT'),
  SMNT: notImplemented('SMNT'),
  REIN: notImplemented('REIN'),

  TYPE(ftp, argument) {
    const type = argument.toUpperCase();
    const binary = type === 'I' || type === 'L8' || type === 'L 8';
    if (!binary && type !== 'A' && type !== 'A N') return ftp.reply('500 Unrecognised TYPE command.');
    ftp.ascii = !binary;
    return ftp.reply(`200 Switching to ${binary ? 'Binary' : 'ASCII'} mode.`);
  },

  MODE: (ftp, mode) => ftp.reply(mode.toUpperCase() === 'S' ? '200 Mode set to S.' : '504 Bad MODE command.'),
  STRU: (ftp, kind) => ftp.reply(kind.toUpperCase() === 'F' ? '200 Structure set to F.' : '504 Bad STRU command.'),

  REST(ftp, argument) {
    const offset = /^\d{1,15}$/.test(argument) ? Number(argument) : 0;
    ftp.restart = offset;
    ftp.reply(`350 Restart position accepted (${offset}).`);
  },
};

/** `STAT` without an argument. */
export function statusOf(ftp: FtpSession): readonly string[] {
  const tls = (secure: boolean): string => (secure ? 'TLS' : 'plain text');
  return [
    '211-FTP server status:',
    `     Connected to ${plainAddress(ftp.session.source.ip)}`,
    `     Logged in as ${ftp.login!.name}`,
    `     TYPE: ${ftp.ascii ? 'ASCII' : 'BINARY'}`,
    '     No session bandwidth limit',
    '     Session timeout in seconds is 300',
    `     Control connection is ${ftp.secured ? 'encrypted' : tls(false)}`,
    `     Data connections will be ${ftp.protect ? 'encrypted' : tls(false)}`,
    `     At session startup, client count was ${ftp.clientsAtStart}`,
    '     vsFTPd 3.0.3 - secure, fast, stable',
    '211 End of status',
  ];
}
