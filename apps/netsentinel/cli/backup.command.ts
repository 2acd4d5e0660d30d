/** `backup FOLDER` and `restore FOLDER`: everything that `data/` holds, with a manifest of hashes that restore checks first. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { isLeft, readRecords, recordPath } from '@netsentinel/watcher/capture/capture-record';
import { DATA_VERSION, giveFolder, isRunning, type DataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import { print, warn } from './output.ts';
import { needData, settings } from './settings.ts';

const Manifest = z.strictObject({
  version: z.number().int(),
  createdAt: z.string(),
  files: z.record(z.string(), z.strictObject({ bytes: z.number(), sha256: z.string() })),
});
type Manifest = z.infer<typeof Manifest>;

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy everything into a new folder, also while NetSentinel runs')
    .argument('<folder>', 'where to; must not exist yet')
    .action(async (target: string, _: unknown, command: Command) => backup(settings(command).folder, resolve(target)));
  program
    .command('restore')
    .description('put a backup back; NetSentinel must be stopped')
    .argument('<folder>', 'a backup')
    .option('--force', 'replace the data that is there (it is kept beside as data.replaced)')
    .action(async (source: string, options: { force?: boolean }, command: Command) =>
      restore(settings(command).folder, resolve(source), options.force === true),
    );
}

async function backup(folder: DataFolder, target: string): Promise<void> {
  needData(folder);
  if (existsSync(target))
    throw new NetSentinelError('BACKUP_EXISTS', 'user', `${target} is already there`, { hint: 'Name a new folder.' });
  mkdirSync(target, { recursive: true, mode: 0o700 });
  try {
    for (const file of ['VERSION', 'install.json']) cpSync(join(folder.root, file), join(target, file));
    if (isRunning(folder)) {
      // Only the platform can copy stores that are in use, and only into its own folder.
      const staging = join(folder.platform, `backup-${process.pid}`);
      try {
        warn('copying the stores of the running platform …');
        await askPlatform(folder.platformSocket, { ask: 'backup', folder: staging });
        cpSync(staging, join(target, 'platform'), { recursive: true });
      } finally {
        rmSync(staging, { recursive: true, force: true });
      }
    } else cpSync(folder.platform, join(target, 'platform'), { recursive: true, filter: notASocket });
    cpSync(folder.enforcer, join(target, 'enforcer'), { recursive: true, filter: notASocket });
    for (const part of ['rules', 'console', 'configuration'] as const)
      if (existsSync(folder[part])) cpSync(folder[part], join(target, part), { recursive: true });
    copyCaptures(folder.captures, join(target, 'captures'));
    const manifest: Manifest = {
      version: DATA_VERSION,
      createdAt: new Date().toISOString(),
      files: await hashes(target),
    };
    writeFileSync(join(target, 'manifest.json'), `${JSON.stringify(manifest, undefined, 1)}\n`, { flush: true });
    print(`backed up ${Object.keys(manifest.files).length} files to ${target}`);
    if (existsSync(join(target, 'platform', 'keys.json')) && !existsSync(join(target, 'platform', 'secrets.key')))
      warn('the master key (encryption.masterKey) is not in it: without that key the backup cannot be read');
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw error;
  }
}

/** Files of packets that are written now are left out, and what is no file: the folder is a process's that takes what attackers send. */
function copyCaptures(from: string, to: string): void {
  const now = Date.now();
  const closed = readRecords(from).filter((record) => record.state !== 'capturing' || isLeft(record, now));
  if (closed.length > 0) mkdirSync(to, { mode: 0o700 });
  for (const { file } of closed)
    for (const path of [join(from, file), recordPath(from, file)])
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) cpSync(path, join(to, basename(path)));
}

async function restore(folder: DataFolder, source: string, force: boolean): Promise<void> {
  if (!existsSync(join(source, 'manifest.json')))
    throw new NetSentinelError('BACKUP_NOT_FOUND', 'user', `${source} is not a backup`, {
      hint: 'It should hold a manifest.json.',
    });
  if (isRunning(folder))
    throw new NetSentinelError('DATA_LOCKED', 'user', 'NetSentinel is running on this data folder', {
      hint: 'Stop it first.',
    });
  const manifest = Manifest.safeParse(parsed(readFileSync(join(source, 'manifest.json'), 'utf8')));
  if (!manifest.success)
    throw new NetSentinelError('BACKUP_DAMAGED', 'user', `${source}/manifest.json cannot be read as a manifest`, {
      hint: 'Use another backup.',
    });
  if (manifest.data.version > DATA_VERSION)
    throw new NetSentinelError(
      'DATA_TOO_NEW',
      'user',
      `the backup has version ${manifest.data.version}, this program knows ${DATA_VERSION}`,
    );
  const now = await hashes(source);
  for (const [name, entry] of Object.entries(manifest.data.files)) {
    if (now[name]?.sha256 !== entry.sha256)
      throw new NetSentinelError(
        'BACKUP_DAMAGED',
        'user',
        `${name} in the backup is ${now[name] === undefined ? 'missing' : 'not what was backed up'}`,
        { hint: 'Use another backup.' },
      );
  }
  const added = Object.keys(now).find((name) => manifest.data.files[name] === undefined);
  if (added !== undefined)
    throw new NetSentinelError('BACKUP_DAMAGED', 'user', `${added} in the backup was not backed up`, {
      hint: 'Use another backup.',
    });
  if (existsSync(join(folder.root, 'VERSION')) && !force)
    throw new NetSentinelError('DATA_EXISTS', 'user', `there is data in ${folder.root}`, {
      hint: 'With --force it is kept beside and replaced.',
    });
  const staging = `${folder.root}.restoring`;
  rmSync(staging, { recursive: true, force: true });
  cpSync(source, staging, { recursive: true, filter: (path) => path !== join(source, 'manifest.json') });
  const owner = existsSync(folder.platform) ? statSync(folder.platform) : undefined;
  if (owner !== undefined && process.getuid?.() === 0) giveFolder(join(staging, 'platform'), owner.uid);
  if (existsSync(folder.root)) {
    rmSync(`${folder.root}.replaced`, { recursive: true, force: true });
    renameSync(folder.root, `${folder.root}.replaced`);
  }
  renameSync(staging, folder.root);
  print(`restored ${Object.keys(manifest.data.files).length} files of ${manifest.data.createdAt} to ${folder.root}`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function notASocket(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && (stat.isFile() || stat.isDirectory()) && !path.endsWith('LOCK');
}

async function hashes(folder: string): Promise<Manifest['files']> {
  const files: Manifest['files'] = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    // A link would lead the copy, and later the hash, somewhere else.
    if (!entry.isFile())
      throw new NetSentinelError('BACKUP_DAMAGED', 'user', `${name} in the backup is not a plain file`);
    if (name === 'manifest.json') continue;
    const sum = createHash('sha256');
    await pipeline(createReadStream(path), sum);
    files[name] = { bytes: statSync(path).size, sha256: sum.digest('hex') };
  }
  return files;
}
