/** The data folder: its layout, its version, who owns what in it, and the lock that keeps a second installation out. */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { writeWhole } from '@netsentinel/kernel/write-whole';

export const DATA_VERSION = 1;

/** A socket's path holds 107 bytes on Linux. */
const MAX_SOCKET_PATH = 107;

export interface DataFolder {
  readonly root: string;
  readonly platform: string;
  readonly enforcer: string;
  /** Installed rules, and what users have taken out of rules: written by commands, read by the platform. */
  readonly rules: string;
  /** Packets of networks whose capture was ordered; there once one may be. */
  readonly captures: string;
  /** The certificate that was made for the console, and its authority; there once one was. */
  readonly console: string;
  /** Every configuration that was started with. */
  readonly configuration: string;
  readonly platformSocket: string;
  readonly enforcerSocket: string;
}

export function dataFolder(root: string): DataFolder {
  const platform = join(root, 'platform');
  const enforcer = join(root, 'enforcer');
  return {
    root,
    platform,
    enforcer,
    rules: join(root, 'rules'),
    captures: join(root, 'captures'),
    console: join(root, 'console'),
    configuration: join(root, 'configuration'),
    platformSocket: join(platform, 'control.sock'),
    enforcerSocket: join(enforcer, 'control.sock'),
  };
}

/** Makes what is missing. With `platformUid` the platform's part belongs to that user and the rest stays ours. */
export function prepareDataFolder(folder: DataFolder, platformUid: number | undefined): void {
  if (folder.enforcerSocket.length > MAX_SOCKET_PATH)
    throw new NetSentinelError(
      'DATA_PATH_TOO_LONG',
      'user',
      `the data folder's path is too long for the sockets in it: ${folder.root}`,
      { hint: 'Choose a path under 80 characters with `data:` or --data.' },
    );
  try {
    mkdirSync(folder.root, { recursive: true });
    chmodSync(folder.root, 0o711);
    for (const part of [folder.platform, folder.enforcer, folder.rules])
      mkdirSync(part, { recursive: true, mode: 0o700 });
    if (process.getuid?.() === 0) giveFolder(folder.platform, platformUid ?? 0);
    shareRules(folder);
    accessSync(folder.platform, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new NetSentinelError(
      'DATA_NOT_WRITABLE',
      'user',
      `cannot write to the data folder ${folder.root}: ${(error as Error).message}`,
      { hint: 'Choose another with `data:` in netsentinel.yaml or --data, or mend its rights.', cause: error },
    );
  }
  const versionFile = join(folder.root, 'VERSION');
  if (!existsSync(versionFile)) writeFileSync(versionFile, `${DATA_VERSION}\n`);
  const version = Number(readFileSync(versionFile, 'utf8'));
  if (version > DATA_VERSION)
    throw new NetSentinelError(
      'DATA_TOO_NEW',
      'user',
      `the data folder has version ${version}, this program knows ${DATA_VERSION}`,
      { hint: 'Use the newer program that wrote it, or another data folder.' },
    );
}

/** Makes a folder and all in it one user's; nothing to do where its top is already. Links are changed themselves, never followed. */
export function giveFolder(path: string, uid: number): void {
  if (statSync(path).uid === uid) return;
  // The top last: when this is cut short, the next start does it again.
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), uid, uid);
  lchownSync(path, uid, uid);
}

/** Lets the platform read what a command of root's has written for it; it stays root's. Links are left alone. */
export function shareRules({ rules, platform }: Pick<DataFolder, 'rules' | 'platform'>): void {
  if (process.getuid?.() !== 0 || !existsSync(rules) || !existsSync(platform)) return;
  const { gid } = statSync(platform);
  const share = (path: string, isFolder: boolean): void => {
    lchownSync(path, 0, gid);
    // What is made in there later is of the same group from the first.
    chmodSync(path, isFolder ? 0o2750 : 0o640);
  };
  share(rules, true);
  for (const entry of readdirSync(rules, { recursive: true, withFileTypes: true }))
    if (entry.isFile() || entry.isDirectory()) share(join(entry.parentPath, entry.name), entry.isDirectory());
}

/** Takes the lock, also from a holder that has died. Answers the release. */
export function lockDataFolder(folder: DataFolder): () => void {
  const file = join(folder.root, 'LOCK');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, `${process.pid} ${processStart(process.pid) ?? ''}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const [pid, start] = readFileSync(file, 'utf8').trim().split(' ');
      if (pid !== undefined && start !== undefined && processStart(Number(pid)) === start) {
        throw new NetSentinelError(
          'DATA_LOCKED',
          'user',
          `NetSentinel is already running on ${folder.root} (process ${pid})`,
          { hint: 'Stop it first, or give this one another folder with --data.' },
        );
      }
      rmSync(file, { force: true });
    }
  }
  throw new NetSentinelError('DATA_LOCKED', 'operational', `the lock of ${folder.root} could not be taken`);
}

/** True while the installation of this folder runs. */
export function isRunning(folder: DataFolder): boolean {
  try {
    const [pid, start] = readFileSync(join(folder.root, 'LOCK'), 'utf8').trim().split(' ');
    return start !== undefined && start !== '' && processStart(Number(pid)) === start;
  } catch {
    return false;
  }
}

/** This install's secret: made once, never leaves the launcher; what others get is derived from it. */
export function installSeed(folder: DataFolder): Uint8Array {
  const file = join(folder.root, 'install.json');
  if (!existsSync(file)) {
    const made = {
      id: randomBytes(8).toString('hex'),
      seed: randomBytes(32).toString('base64'),
      createdAt: new Date().toISOString(),
    };
    writeWhole(file, `${JSON.stringify(made, undefined, 2)}\n`, 0o600);
  }
  const { id, seed } = (tryJson(readFileSync(file, 'utf8')) ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || id.length < 8 || typeof seed !== 'string' || seed.length < 40)
    throw new NetSentinelError('DATA_INSTALL_DAMAGED', 'operational', `${file} is damaged`, {
      hint: 'Restore it from a backup: without it the decoys become another machine.',
    });
  return Buffer.from(seed, 'base64');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The seed of one machine that the decoys pretend to be; nothing of the install's can be computed back from it. */
export function personaSeed(install: Uint8Array, persona: string, chosen: ChosenSeed = {}): string {
  const { seed, file } = chosen;
  const [from, name] =
    seed === undefined
      ? [install, persona]
      : [createHash('sha256').update(`chosen seed ${seed}`).digest(), file?.name ?? ''];
  return Buffer.from(hkdfSync('sha256', from, createHash('sha256').update('persona').digest(), name, 32)).toString(
    'base64',
  );
}

export interface ChosenSeed {
  readonly seed?: string;
  readonly file?: { readonly name: string } | undefined;
}

/** When a process started, as /proc has it: with the pid, the name of one process. Undefined where it has ended, also while nobody has asked how. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
