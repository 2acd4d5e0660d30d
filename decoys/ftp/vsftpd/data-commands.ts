/** vsftpd: data connections and what goes over them. Files always go as they are: ascii_download_enable and ascii_upload_enable are off. */
import type { Command } from '../dialect.types.ts';
import { plainAddress, type FtpSession } from '../ftp-session.ts';
import { isPrivatePort, parsePort, storeUpload, uploadedName } from '../transfers.ts';
import { listFiles } from './listing.ts';
import { listingTime } from './file-commands.ts';

const NO_CONNECTION = '425 Failed to establish connection.';
const USE_PASV = '425 Use PORT or PASV first.';
const PERMISSION_DENIED = '550 Permission denied.';

export const DATA_COMMANDS: Readonly<Record<string, Command>> = {
  PASV(ftp) {
    const address = ftp.passiveAddress();
    if (ftp.onlyEpsv || address === undefined) return ftp.reply(PERMISSION_DENIED);
    const port = ftp.offerPassive();
    if (port === undefined) return ftp.reply(NO_CONNECTION);
    return ftp.reply(`227 Entering Passive Mode (${[...address, port >> 8, port & 255].join(',')}).`);
  },

  EPSV(ftp, argument) {
    if (argument.toUpperCase() === 'ALL') {
      ftp.onlyEpsv = true;
      return ftp.reply('200 EPSV ALL ok.');
    }
    if (argument !== '' && argument !== (ftp.overIpv6 ? '2' : '1')) return ftp.reply('522 Bad network protocol.');
    const port = ftp.offerPassive();
    if (port === undefined) return ftp.reply(NO_CONNECTION);
    return ftp.reply(`229 Entering Extended Passive Mode (|||${port}|)`);
  },

  PORT(ftp, argument) {
    if (ftp.onlyEpsv) return ftp.reply(PERMISSION_DENIED);
    const to = parsePort(argument.replaceAll(' ', ''), 6);
    if (to === undefined) return ftp.reply('500 Illegal PORT command.');
    if (isElsewhere(ftp, to)) return ftp.reply('500 Illegal PORT command.');
    ftp.setActive(to);
    return ftp.reply('200 PORT command successful. Consider using PASV.');
  },

  EPRT(ftp, argument) {
    const [before, protocol, address = '', port = ''] = argument.split('|');
    if (argument !== '' && (before !== '' || !argument.startsWith('|'))) return ftp.reply('500 Bad EPRT command.');
    if (protocol !== (ftp.overIpv6 ? '2' : '1')) return ftp.reply('500 Bad EPRT protocol.');
    const known = protocol === '2' ? /^[\da-f:.]+$/i.test(address) : /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address);
    if (!known || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return ftp.reply('500 Bad EPRT command.');
    const to = { ip: address, port: Number(port) };
    if (isElsewhere(ftp, to)) return ftp.reply('500 Illegal EPRT command.');
    ftp.setActive(to);
    return ftp.reply('200 EPRT command successful. Consider using EPSV.');
  },

  LIST: (ftp, argument) => list(ftp, argument, true),
  NLST: (ftp, argument) => list(ftp, argument, false),

  RETR(ftp, path) {
    const offset = ftp.restart;
    ftp.restart = 0;
    if (!ftp.dataReady) return ftp.reply(USE_PASV);
    const name = ftp.files.fullPath(path);
    const file = ftp.files.read(path);
    ftp.session.report.file({
      path: name,
      action: 'read',
      outcome: file.ok ? 'success' : 'failure',
      ...(file.ok ? { bytes: file.value.length } : {}),
    });
    if (!file.ok) return ftp.reply('550 Failed to open file.');
    const content = file.value;
    return ftp.sendData(content.subarray(Math.min(offset, content.length)), {
      before: `150 Opening BINARY mode data connection for ${path} (${content.length} bytes).`,
      failed: NO_CONNECTION,
      after: (end) => (end === 'done' ? '226 Transfer complete.' : '426 Failure writing network stream.'),
    });
  },

  STOR: (ftp, path) => store(ftp, path, 'replace'),
  APPE: (ftp, path) => store(ftp, path, 'append'),
  STOU: (ftp, path) => store(ftp, path, 'unique'),
  ABOR: (ftp) => ftp.reply('225 No transfer to ABOR.'),
};

function isElsewhere(ftp: FtpSession, to: { readonly ip: string; readonly port: number }): boolean {
  if (to.ip === plainAddress(ftp.session.source.ip)) return isPrivatePort(to.port);
  ftp.bounce(to);
  return true;
}

function list(ftp: FtpSession, argument: string, long: boolean): void {
  ftp.restart = 0;
  if (!ftp.dataReady) return ftp.reply(USE_PASV);
  const { text, opened } = listFiles(ftp.files, argument, { ...listingTime(ftp), long });
  const path = argument.replace(/^-\S* ?/, '');
  ftp.session.report.file({ path: ftp.files.fullPath(path === '' ? '.' : path), action: 'list' });
  return ftp.sendData(Buffer.from(text, 'utf8'), {
    before: '150 Here comes the directory listing.',
    failed: NO_CONNECTION,
    after: (end) =>
      end !== 'done'
        ? '426 Failure writing network stream.'
        : opened
          ? '226 Directory send OK.'
          : '226 Transfer done (but failed to open directory).',
  });
}

function store(ftp: FtpSession, argument: string, how: 'replace' | 'append' | 'unique'): void {
  const offset = ftp.restart;
  ftp.restart = 0;
  if (ftp.login!.anonymous) return ftp.reply(PERMISSION_DENIED);
  if (!ftp.dataReady) return ftp.reply(USE_PASV);
  const path =
    how === 'unique' ? uploadedName(ftp.files, argument === '' ? 'STOU' : argument, argument === '') : argument;
  const begun = ftp.files.write(path, new Uint8Array(0), {
    mode: 0o666 & ~ftp.umask,
    ...(how === 'append' || offset > 0 ? { append: true } : {}),
  });
  if (!begun.ok) return ftp.reply('553 Could not create file.');
  return ftp.openData((data, done) => {
    if (data === undefined) return ftp.reply(NO_CONNECTION);
    ftp.reply(how === 'unique' ? `150 FILE: ${path}` : '150 Ok to send data.');
    data.receive(ftp.session.limits.maxUploadBytes, (end, content, size) => {
      const put = how === 'append' ? { append: true } : offset > 0 ? { offset } : {};
      const written = storeUpload(ftp, path, content, { size, put });
      ftp.reply(
        !written
          ? '451 Failure writing to local file.'
          : end === 'done'
            ? '226 Transfer complete.'
            : '426 Failure reading network stream.',
      );
      done();
    });
    return undefined;
  });
}
