/** ProFTPD: data connections and what goes over them. Text goes as text where the type is ASCII. */
import { createHmac, randomInt } from 'node:crypto';
import { errorText } from '../../shell/fs/error-text.ts';
import type { Command } from '../dialect.types.ts';
import type { DataConnection } from '../data-connection.ts';
import { plainAddress, type FtpSession } from '../ftp-session.ts';
import { isPrivatePort, parsePort, storeUpload } from '../transfers.ts';
import { factLine, typeOf } from './facts.ts';
import { inFolderOrder, longList, nameList } from './listing.ts';
import { alone, refusal, withArgument } from './replies.ts';
import { enabledFacts } from './setting-commands.ts';

const NO_CONNECTION = '425 Unable to build data connection: Connection refused';
const ABORTED = '426 Transfer aborted. Data connection closed';
const COMPLETE = '226 Transfer complete';
const UNIQUE_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export const DATA_COMMANDS: Readonly<Record<string, Command>> = {
  PASV: alone((ftp) => {
    if (ftp.onlyEpsv) return ftp.reply('500 Illegal PASV command, EPSV ALL in effect');
    const address = ftp.passiveAddress();
    const port = address === undefined ? undefined : ftp.offerPassive();
    if (address === undefined || port === undefined)
      return ftp.reply('425 Unable to build data connection: Internal error');
    return ftp.reply(`227 Entering Passive Mode (${[...address, port >> 8, port & 255].join(',')}).`);
  }),

  EPSV(ftp, argument) {
    if (argument.toUpperCase() === 'ALL') {
      ftp.onlyEpsv = true;
      return ftp.reply('200 EPSV ALL command successful');
    }
    if (argument !== '' && !/^\d+$/.test(argument)) return ftp.reply('501 EPSV: unknown network protocol');
    if (argument !== '' && argument !== '1' && argument !== '2')
      return ftp.reply('522 Network protocol not supported, use (1,2)');
    const port = ftp.offerPassive();
    if (port === undefined) return ftp.reply('425 Unable to build data connection: Internal error');
    return ftp.reply(`229 Entering Extended Passive Mode (|||${port}|)`);
  },

  PORT: withArgument((ftp, argument) => {
    if (ftp.onlyEpsv) return ftp.reply('500 Illegal PORT command, EPSV ALL in effect');
    const to = parsePort(argument.trim(), 64);
    if (to === undefined || to.port === 0) return ftp.reply('501 Illegal PORT command');
    return active(ftp, to, 'PORT');
  }),

  EPRT: withArgument((ftp, argument) => {
    if (ftp.onlyEpsv) return ftp.reply('500 Illegal EPRT command, EPSV ALL in effect');
    const [, protocol, address = '', port = ''] = argument.split(argument[0]!);
    if (protocol !== '1' && protocol !== '2') return ftp.reply('522 Network protocol not supported, use (1,2)');
    const known = protocol === '2' ? address.includes(':') : /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address);
    if (!known || !/^\d{1,9}$/.test(port)) return ftp.reply('501 Illegal EPRT command');
    if (protocol === '2' && !ftp.overIpv6) return ftp.reply('500 Illegal EPRT command');
    return active(ftp, { ip: address, port: Number(port) % 65_536 }, 'EPRT');
  }),

  LIST(ftp, argument) {
    const path = argument.replace(/^(?:-\S* *)+/, '');
    ftp.session.report.file({ path: ftp.files.fullPath(path === '' ? '.' : path), action: 'list' });
    const { lines, refused } = longList(ftp.files, argument, Math.floor(ftp.session.clock.now() / 1000));
    return send(ftp, lines, 'file list', refused);
  },

  NLST(ftp, argument) {
    const { lines, refused } = nameList(ftp.files, argument, folderOrder(ftp));
    if (refused !== undefined) return ftp.reply(`450 ${refused}`);
    const path = argument.replace(/^(?:-\S* *)+/, '');
    ftp.session.report.file({ path: ftp.files.fullPath(path === '' ? '.' : path), action: 'list' });
    return send(ftp, lines, 'file list');
  },

  MLSD(ftp, argument) {
    const path = argument === '' ? '.' : argument;
    const stat = ftp.files.stat(path);
    if (!stat.ok) return ftp.reply(refusal(path, stat));
    if (stat.value.type !== 'directory') return ftp.reply(`550 '${path}' is not a directory`);
    const found = ftp.files.entries(path);
    if (!found.ok) return ftp.reply(refusal(path, found));
    ftp.session.report.file({ path: ftp.files.fullPath(path), action: 'list' });
    const enabled = enabledFacts(ftp);
    const groupName = ftp.files.names('group').get(ftp.files.user.gid) ?? String(ftp.files.user.gid);
    const lines = inFolderOrder(ftp.files, path, true, folderOrder(ftp)).map((entry) =>
      factLine(ftp.files, entry, { type: typeOf(entry), shown: entry.name, enabled, groupName }),
    );
    return send(ftp, lines, 'MLSD');
  },

  RETR(ftp, path) {
    const { restart: offset, range } = ftp;
    ftp.restart = 0;
    ftp.range = undefined;
    if (path === '') return ftp.reply("500 'RETR' not understood");
    const name = ftp.files.fullPath(path);
    const file = ftp.files.read(path);
    ftp.session.report.file({
      path: name,
      action: 'read',
      outcome: file.ok ? 'success' : 'failure',
      ...(file.ok ? { bytes: file.value.length } : {}),
    });
    if (!file.ok) {
      const special = file.error === 'EISDIR' || file.error === 'EINVAL';
      return ftp.reply(special ? `550 ${path}: Not a regular file` : refusal(path, file));
    }
    if (offset > file.value.length) return ftp.reply(`554 REST: invalid ${path} argument`);
    const part = range === undefined ? file.value.subarray(offset) : file.value.subarray(range.from, range.to + 1);
    return ftp.sendData(ftp.ascii ? withCarriageReturns(part) : part, {
      before: `150 Opening ${ftp.ascii ? 'ASCII' : 'BINARY'} mode data connection for ${path} (${part.length} bytes)`,
      failed: NO_CONNECTION,
      after: (end) => (end === 'done' ? COMPLETE : ABORTED),
    });
  },

  STOR: (ftp, path) => (path === '' ? ftp.reply("500 'STOR' not understood") : store(ftp, path, 'replace')),
  APPE: (ftp, path) => (path === '' ? ftp.reply("500 'APPE' not understood") : store(ftp, path, 'append')),
  STOU: (ftp) =>
    ftp.range === undefined ? store(ftp, uniqueName(), 'unique') : ftp.reply('550 STOU incompatible with RANG'),

  ABOR: (ftp, argument) =>
    ftp.reply(argument === '' ? '226 Abort successful' : `500 'ABOR ${argument}' not understood`),
};

function active(ftp: FtpSession, to: { readonly ip: string; readonly port: number }, word: string): void {
  if (isPrivatePort(to.port)) return ftp.reply(`500 Illegal ${word} command`);
  const own = to.ip === plainAddress(ftp.session.source.ip);
  if (!own) ftp.bounce(to);
  // Addresses of others are refused; from a loopback client, which is nobody's in the world, it takes all.
  if (!own && !isLoopback(ftp)) return ftp.reply(`500 Illegal ${word} command`);
  ftp.setActive(to);
  return ftp.reply(`200 ${word} command successful`);
}

function isLoopback(ftp: FtpSession): boolean {
  return plainAddress(ftp.session.source.ip).startsWith('127.');
}

function send(ftp: FtpSession, lines: readonly string[], what: string, refused?: string): void {
  ftp.sendData(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'utf8'), {
    before: `150 Opening ${ftp.ascii ? 'ASCII' : 'BINARY'} mode data connection for ${what}`,
    failed: NO_CONNECTION,
    after: (end) => (end !== 'done' ? ABORTED : refused === undefined ? COMPLETE : `450 ${refused}`),
  });
}

function store(ftp: FtpSession, path: string, how: 'replace' | 'append' | 'unique'): void {
  const offset = ftp.restart;
  ftp.restart = 0;
  const before = ftp.files.stat(path);
  if (before.ok && before.value.type !== 'file') return ftp.reply(`550 ${path}: Not a regular file`);
  // AllowStoreRestart is off.
  if (before.ok && (how === 'append' || offset > 0))
    return ftp.reply(`451 ${path}: Append/Restart not permitted, try again`);
  const begun = ftp.files.write(path, new Uint8Array(0), { mode: how === 'unique' ? 0o600 : 0o644 });
  if (!begun.ok) return ftp.reply(refusal(path, begun));
  return ftp.openData((data, done) => {
    if (data === undefined) return ftp.reply(NO_CONNECTION);
    const mode = ftp.ascii ? 'ASCII' : 'BINARY';
    ftp.reply(how === 'unique' ? `150 FILE: ${path}` : `150 Opening ${mode} mode data connection for ${path}`);
    return receive(ftp, data, path, done);
  });
}

function receive(ftp: FtpSession, data: DataConnection, path: string, done: () => void): void {
  const text = ftp.ascii;
  data.receive(ftp.session.limits.maxUploadBytes, (end, content, size) => {
    const kept = text ? withoutCarriageReturns(content) : content;
    const stored = storeUpload(ftp, path, kept, { size: size - (content.length - kept.length), put: {} });
    ftp.reply(!stored ? `451 ${path}: ${errorText('ENOSPC')}` : end === 'done' ? COMPLETE : ABORTED);
    done();
  });
}

/** What order a folder gives its entries in follows from a secret that its file system was made with. */
function folderOrder(ftp: FtpSession): (name: string) => string {
  const secret = ftp.persona.derive('folder order', 16);
  return (name) => createHmac('md5', secret).update(name).digest('hex');
}

function uniqueName(): string {
  let name = 'ftp';
  for (let i = 0; i < 6; i++) name += UNIQUE_LETTERS[randomInt(UNIQUE_LETTERS.length)]!;
  return name;
}

function withCarriageReturns(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replace(/(?<!\r)\n/g, '\r\n'), 'latin1');
}

function withoutCarriageReturns(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
