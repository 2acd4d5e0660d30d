/** Debian's own sshd with Debian's own configuration, on a free port of loopback, to compare with. Needs root and `openssh-server`. */
import { execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listening } from './free-port.ts';

const SSHD = '/usr/sbin/sshd';

export function canRunSshd(): boolean {
  return process.getuid?.() === 0 && existsSync(SSHD);
}

export interface RealSshd {
  readonly port: number;
  /** Lets root in. */
  readonly key: KeyObject;
  stop(): Promise<void>;
}

/** Probes come faster than clients do. */
const PROBED = ['MaxStartups 200'];

/** `settings`: lines of sshd_config besides Debian's own, on limits. */
export async function startRealSshd(settings: readonly string[] = PROBED): Promise<RealSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  const path = (name: string) => join(folder, name);
  for (const type of ['rsa', 'ecdsa', 'ed25519'])
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path(type)]);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('user')]);
  writeFileSync(path('authorized'), readFileSync(path('user.pub')), { mode: 0o600 });
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const port = await freePort();
  writeFileSync(
    path('config'),
    [
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...['rsa', 'ecdsa', 'ed25519'].map((type) => `HostKey ${path(type)}`),
      `AuthorizedKeysFile ${path('authorized')}`,
      // The temporary folder is everybody's; a server without xauth is the usual one.
      'StrictModes no',
      'XAuthLocation /nonexistent',
      `PidFile ${path('pid')}`,
      // What Debian's sshd_config sets.
      'KbdInteractiveAuthentication no',
      'UsePAM yes',
      'X11Forwarding yes',
      'PrintMotd no',
      'AcceptEnv LANG LC_*',
      'Subsystem sftp /usr/lib/openssh/sftp-server',
    ].join('\n'),
  );
  const child = spawn(SSHD, ['-D', '-f', path('config'), '-E', path('log')], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await listening(port, 'sshd');
  return {
    port,
    key: ed25519Key(readFileSync(path('user'), 'utf8')),
    async stop() {
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The seed out of an unencrypted `openssh-key-v1` file (OpenSSH's PROTOCOL.key): it precedes the second copy of the public key. */
function ed25519Key(pem: string): KeyObject {
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const name = Buffer.from('ssh-ed25519');
  const inner = bytes.lastIndexOf(name) + name.length;
  const seedAt = inner + 4 + 32 + 4;
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    bytes.subarray(seedAt, seedAt + 32),
  ]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
