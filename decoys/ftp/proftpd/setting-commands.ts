/** ProFTPD: what it says of itself, and what can be set. */
import type { Command } from '../dialect.types.ts';
import { plainAddress, type FtpSession } from '../ftp-session.ts';
import { MLST_FACTS } from './facts.ts';
import { HELP_ORDER, HELP_TEXTS, UNIMPLEMENTED } from './help.ts';
import { alone } from './replies.ts';

const notImplemented =
  (word: string): Command =>
  (ftp) =>
    ftp.reply(`502 ${word} command not implemented`);
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

export function adminAddress(ftp: FtpSession): string {
  return `root@${ftp.persona.hostname}`;
}

export const SETTING_COMMANDS: Readonly<Record<string, Command>> = {
  FEAT: alone((ftp) => {
    const tls = ftp.config.tls !== 'off';
    const features = [
      ...(tls ? ['AUTH TLS', 'CCC'] : []),
      'CLNT',
      'CSID',
      'EPRT',
      'EPSV',
      'HOST',
      'LANG C.UTF-8*',
      'MDTM',
      'MFF modify;UNIX.group;UNIX.mode;',
      'MFMT',
      `MLST ${MLST_FACTS.map((fact) => `${fact}${enabledFacts(ftp).has(fact) ? '*' : ''};`).join('')}`,
      ...(tls ? ['PBSZ', 'PROT'] : []),
      'RANG STREAM',
      'REST STREAM',
      'SITE COPY',
      'SITE MKDIR',
      'SITE RMDIR',
      'SITE SYMLINK',
      'SITE UTIME',
      'SIZE',
      ...(tls ? ['SSCN'] : []),
      'TVFS',
      'UTF8',
    ];
    ftp.reply('211-Features:', ...features.map((feature) => ` ${feature}`), '211 End');
  }),

  OPTS(ftp, argument) {
    const [word = '', value] = argument.toUpperCase().split(' ');
    if (word === '') return ftp.reply('501 Invalid number of parameters');
    if (word === 'UTF8' || word === 'UTF-8') {
      if (value === 'ON' || value === 'OFF') return ftp.reply(`200 UTF8 set to ${value.toLowerCase()}`);
      return ftp.reply(`501 'OPTS UTF8' not understood`);
    }
    if (word !== 'MLST') return ftp.reply(`500 OPTS ${word} not understood`);
    const asked = argument.split(' ')[1];
    const facts = (asked ?? '')
      .split(';')
      .slice(0, -1)
      .flatMap((name) => MLST_FACTS.filter((fact) => fact.toLowerCase() === name.toLowerCase()));
    ftp.options.set('facts', facts.join(';'));
    return ftp.reply(
      asked === undefined ? '200 MLST OPTS' : `200 MLST OPTS ${facts.map((fact) => `${fact};`).join('')}`,
    );
  },

  HELP(ftp, argument) {
    if (argument === '') return ftp.reply(...helpLines(ftp));
    const word = argument.trim().toUpperCase();
    if (word === 'SITE') return ftp.reply('214-HELP', ' CHGRP', '214 CHMOD');
    const text = Object.hasOwn(HELP_TEXTS, word) ? HELP_TEXTS[word] : undefined;
    return ftp.reply(text === undefined ? `502 Unknown command '${argument.trim()}'` : `214 Syntax: ${word} ${text}`);
  },

  NOOP: (ftp) => ftp.reply('200 NOOP command successful'),
  SYST: (ftp) => ftp.reply('215 UNIX Type: L8'),
  ACCT: notImplemented('ACCT'),
  SMNT: notImplemented('SMNT'),
  REIN: notImplemented('REIN'),
  CSID: (ftp) => ftp.reply('200 name=ProFTPD;version=1.3.8;casesensitive=1;'),

  CLNT(ftp, software) {
    if (software !== '') ftp.session.report.client({ software });
    ftp.reply('200 OK');
  },

  LANG: (ftp) =>
    ftp.reply(ftp.login === undefined ? '200 Using default language C.UTF-8' : '500 Unable to handle command'),

  HOST(ftp, name) {
    if (name === '') return ftp.reply("500 'HOST' not understood");
    if (ftp.login !== undefined || ftp.user !== undefined) return ftp.reply('503 Bad sequence of commands');
    return ftp.reply(`504 ${name}: Unknown hostname provided`);
  },

  ALLO(ftp, argument) {
    ftp.reply(/^\d+(?: |$)/.test(argument) ? '200 ALLO command successful' : "504 'ALLO' not understood");
  },

  TYPE(ftp, argument) {
    if (argument === '') return ftp.reply("500 'TYPE' not understood");
    if (ftp.login === undefined) return ftp.reply('530 Please login with USER and PASS');
    const [kind = '', size] = argument.split(' ');
    const type = kind.toUpperCase();
    const binary = type === 'I' || (type === 'L' && (size === '8' || size === '7'));
    if (type !== 'A' && !binary) return ftp.reply(`504 TYPE not implemented for '${kind}' parameter`);
    ftp.ascii = type === 'A' || size === '7';
    return ftp.reply(`200 Type set to ${kind}`);
  },

  MODE(ftp, mode) {
    if (mode === '') return ftp.reply("501 'MODE' not understood");
    const fits = mode.toUpperCase() === 'S';
    return ftp.reply(fits ? '200 Mode set to S' : `504 'MODE ${mode}' unsupported transfer mode`);
  },

  STRU(ftp, kind) {
    if (kind === '') return ftp.reply("501 'STRU' not understood");
    const fits = kind.toUpperCase() === 'F';
    return ftp.reply(fits ? '200 Structure set to F' : `504 'STRU ${kind}' unsupported structure type`);
  },

  REST(ftp, argument) {
    if (argument === '' || argument.includes(' '))
      return ftp.reply(`500 'REST${argument && ` ${argument}`}' not understood`);
    if (!/^\d+$/.test(argument)) return ftp.reply('501 REST requires a value greater than or equal to 0');
    const offset = Math.min(Number(argument), MAX_OFFSET);
    if (offset > 0 && ftp.ascii) return ftp.reply('501 REST: Resuming transfers not allowed in ASCII mode');
    ftp.restart = offset;
    ftp.range = undefined;
    return ftp.reply(`350 Restarting at ${offset}. Send STORE or RETRIEVE to initiate transfer`);
  },

  RANG(ftp, argument) {
    const [from = '', to, ...more] = argument.split(' ');
    if (to === undefined || more.length > 0) return ftp.reply(`500 'RANG${argument && ` ${argument}`}' not understood`);
    if (!/^\d{1,15}$/.test(from) || !/^\d{1,15}$/.test(to))
      return ftp.reply('501 RANG requires a value greater than or equal to 0');
    if (ftp.ascii) return ftp.reply('551 RANG: Transfer ranges not allowed in ASCII mode');
    if (Number(from) > Number(to)) return ftp.reply('501 RANG start must be less than end');
    ftp.range = { from: Number(from), to: Number(to) };
    return ftp.reply(`350 Transferring byte range of ${Number(to) - Number(from) + 1} bytes starting from ${from}`);
  },
};

/** `STAT` without an argument. */
export function statusOf(ftp: FtpSession): readonly string[] {
  const client = plainAddress(ftp.session.source.ip);
  // Where an address has a name, it asks; ours have none that it could ask for but this.
  const name = client.startsWith('127.') ? 'localhost' : client;
  return [
    "211-Status of 'Debian'",
    ` Connected from ${name} (${client})`,
    ` Logged in as ${ftp.login!.name}`,
    ` TYPE: ${ftp.ascii ? 'ASCII' : 'BINARY'}, STRUcture: File, Mode: Stream`,
    ' No data connection',
    '211 End of status',
  ];
}

export function enabledFacts(ftp: FtpSession): ReadonlySet<string> {
  const chosen = ftp.options.get('facts');
  return new Set(chosen === undefined ? MLST_FACTS : chosen.split(';'));
}

function helpLines(ftp: FtpSession): readonly string[] {
  const tls = ftp.config.tls !== 'off';
  const cells = HELP_ORDER.map((word) =>
    `${word}${UNIMPLEMENTED.has(word) && !(tls && /^(?:AUTH|PBSZ|PROT)$/.test(word)) ? '*' : ''}`.padEnd(8),
  );
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += 8) rows.push(` ${cells.slice(at, at + 8).join('')}`);
  return [
    "214-The following commands are recognized (* =>'s unimplemented):",
    ...rows,
    `214 Direct comments to ${adminAddress(ftp)}`,
  ];
}
