/**
 * Debian's own vsftpd and ProFTPD with Debian's own configuration, on a free port of loopback, to compare with. Each runs in a mount namespace with an
 * `/etc` and `/home` of its own, so that its user is on no machine of ours. Needs root; Debian lets only one of the two be installed, so ProFTPD may
 * also lie unpacked in `PROFTPD_ROOT` (`.ci/run` does that).
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  appendFileSync,
  lchownSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listening } from './free-port.ts';
import { FTP_HOME, FTP_USER } from './ftp-home.ts';

const VSFTPD = '/usr/sbin/vsftpd';
const PROFTPD_ROOT = process.env['PROFTPD_ROOT'] ?? '';

export type FtpProduct = 'vsftpd' | 'proftpd';

export function canRunFtpd(product: FtpProduct): boolean {
  if (process.getuid?.() !== 0) return false;
  return existsSync(product === 'vsftpd' ? VSFTPD : `${PROFTPD_ROOT}/usr/sbin/proftpd`);
}

export interface RealFtpd {
  readonly port: number;
  resetHome(): void;
  stop(): Promise<void>;
}

export interface RealFtpdOptions {
  /** Lines of its configuration besides Debian's own. */
  readonly settings?: readonly string[];
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export async function startRealFtpd(product: FtpProduct, options: RealFtpdOptions = {}): Promise<RealFtpd> {
  const folder = mkdtempSync(join(tmpdir(), 'ftpd-'));
  chmodSync(folder, 0o755);
  prepareEtc(join(folder, 'etc'));
  const resetHome = (): void => makeHome(join(folder, 'home'));
  resetHome();
  const port = await freePort();
  const program = product === 'vsftpd' ? vsftpd(folder, port, options) : proftpd(folder, port, options);
  const script = [
    'set -e',
    'mount --make-rprivate /',
    `mount --bind ${folder}/home /home`,
    `mount --bind ${folder}/etc /etc`,
    `exec ${program.join(' ')}`,
  ].join('\n');
  const child: ChildProcess = spawn('unshare', ['--mount', 'sh', '-c', script], {
    stdio: 'ignore',
    env: { ...process.env, LD_LIBRARY_PATH: product === 'proftpd' ? `${PROFTPD_ROOT}/usr/lib/x86_64-linux-gnu` : '' },
  });
  const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await listening(port, 'the FTP server');
  return {
    port,
    resetHome,
    async stop() {
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function vsftpd(folder: string, port: number, { settings = [], tls }: RealFtpdOptions): readonly string[] {
  mkdirSync('/run/vsftpd/empty', { recursive: true });
  const lines = [
    // What Debian's vsftpd.conf sets, and writing.
    'listen=YES',
    'listen_ipv6=NO',
    'listen_address=127.0.0.1',
    `listen_port=${port}`,
    'background=NO',
    'anonymous_enable=NO',
    'local_enable=YES',
    'write_enable=YES',
    'dirmessage_enable=YES',
    'use_localtime=YES',
    'connect_from_port_20=NO',
    'secure_chroot_dir=/run/vsftpd/empty',
    'pam_service_name=vsftpd',
    ...(tls === undefined
      ? ['ssl_enable=NO']
      : [
          'ssl_enable=YES',
          'force_local_logins_ssl=NO',
          'force_local_data_ssl=NO',
          'require_ssl_reuse=NO',
          `rsa_cert_file=${tls.certificate}`,
          `rsa_private_key_file=${tls.key}`,
        ]),
    ...settings,
  ];
  writeFileSync(join(folder, 'vsftpd.conf'), `${lines.join('\n')}\n`);
  return [VSFTPD, join(folder, 'vsftpd.conf')];
}

function proftpd(folder: string, port: number, { settings = [], tls }: RealFtpdOptions): readonly string[] {
  const modules = readFileSync(`${PROFTPD_ROOT}/usr/share/proftpd/templates/modules.conf`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('LoadModule'));
  const lines = [
    `ModulePath ${PROFTPD_ROOT}/usr/lib/proftpd`,
    ...modules,
    // What Debian's proftpd.conf sets.
    'UseIPv6 on',
    'ServerName "Debian"',
    'ServerType standalone',
    'DeferWelcome off',
    'DefaultServer on',
    'ShowSymlinks on',
    'TimeoutNoTransfer 600',
    'TimeoutStalled 600',
    'TimeoutIdle 1200',
    'DisplayLogin welcome.msg',
    'DisplayChdir .message true',
    'ListOptions "-l"',
    'DenyFilter \\*.*/',
    `Port ${port}`,
    'MaxInstances 30',
    'User proftpd',
    'Group nogroup',
    'Umask 022 022',
    'AllowOverwrite on',
    'QuotaEngine off',
    'Ratios off',
    // On with Debian; it only takes time, by what it was asked before.
    'DelayEngine off',
    'ControlsEngine off',
    'AdminControlsEngine off',
    `TransferLog ${folder}/xferlog`,
    `SystemLog ${folder}/log`,
    `PidFile ${folder}/pid`,
    `ScoreboardFile ${folder}/scoreboard`,
    `DelayTable ${folder}/delay`,
    ...(tls === undefined
      ? []
      : [
          'LoadModule mod_tls.c',
          'TLSEngine on',
          'TLSRequired off',
          'TLSOptions NoSessionReuseRequired',
          `TLSRSACertificateFile ${tls.certificate}`,
          `TLSRSACertificateKeyFile ${tls.key}`,
        ]),
    ...settings,
  ];
  writeFileSync(join(folder, 'proftpd.conf'), `${lines.join('\n')}\n`);
  return [`${PROFTPD_ROOT}/usr/sbin/proftpd`, '-n', '-c', join(folder, 'proftpd.conf')];
}

/** A copy of this machine's `/etc` with our user in it; a single file of it could be replaced under a mount. */
function prepareEtc(etc: string): void {
  execFileSync('cp', ['-a', '/etc', etc]);
  const { name, uid, gid, password } = FTP_USER;
  const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
  appendFileSync(
    join(etc, 'passwd'),
    `${name}:x:${uid}:${gid}:,,,:/home/${name}:/bin/bash\nproftpd:x:995:65534::/run/proftpd:/usr/sbin/nologin\n`,
  );
  appendFileSync(join(etc, 'group'), `${name}:x:${gid}:\n`);
  appendFileSync(join(etc, 'shadow'), `${name}:${hash}:19000:0:99999:7:::\nproftpd:!:19000::::::\n`);
  if (existsSync(`${PROFTPD_ROOT}/etc/pam.d/proftpd`))
    cpSync(`${PROFTPD_ROOT}/etc/pam.d/proftpd`, join(etc, 'pam.d/proftpd'));
}

function makeHome(homes: string): void {
  const { name, uid, gid } = FTP_USER;
  const home = join(homes, name);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(homes, { recursive: true });
  chmodSync(homes, 0o755);
  for (const entry of FTP_HOME) {
    const path = join(home, entry.path);
    if (entry.type === 'folder') mkdirSync(path);
    else if (entry.type === 'link') symlinkSync(entry.target, path);
    else writeFileSync(path, entry.content);
    if (entry.type === 'link') lchownSync(path, uid, gid);
    else {
      chmodSync(path, entry.mode);
      chownSync(path, uid, gid);
    }
  }
  for (const entry of FTP_HOME.toReversed()) {
    const path = join(home, entry.path);
    if (entry.type !== 'link') utimesSync(path, new Date(entry.changed), new Date(entry.changed));
    else lutimesSync(path, new Date(), new Date());
  }
}
