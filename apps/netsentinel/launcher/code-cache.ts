/**
 * What Node made of our modules (types stripped, compiled) is kept between starts: a process that finds all of its modules there needs no
 * compiler of its own, which is half the memory that it would take, and starts sooner. It is filled before any process runs that an
 * attacker could reach, and the confined processes may only read it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';

const run = promisify(execFile);
const FILL_MS = 60_000;
const SOURCES = ['apps', 'contracts', 'decoys', 'enforcer', 'kernel', 'stages', 'surface/api'];

/** Modules to compile, with the options of the process that will load them: some of those make code that is no use to others. */
export interface CachedProgram {
  readonly nodeOptions: readonly string[];
  readonly modules: readonly string[];
}

/** Where `netsentinel` has Node keep compiled code: with the packages, since it is made of them. */
export function codeCacheFolder(home: string): string {
  return join(home, 'node_modules', '.cache', 'netsentinel');
}

/**
 * The folder to name as `NODE_COMPILE_CACHE`, filled with what the programs load; undefined where it cannot be written. `readers`: users
 * other than the caller's that processes will run as.
 */
export async function fillCodeCache(options: {
  readonly home: string;
  readonly programs: readonly CachedProgram[];
  readonly readers: readonly number[];
  readonly log: Logger;
}): Promise<string | undefined> {
  const { home, programs, readers, log } = options;
  const folder = codeCacheFolder(home);
  const stamp = join(folder, 'stamp');
  try {
    const state = fingerprint(home, programs, readers);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return folder;
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    // What is of another Node, or changed, is of no use; what is ours grows no further than our files.
    for (const name of readdirSync(folder))
      if (!name.startsWith(`${process.version}-`)) rmSync(join(folder, name), { recursive: true, force: true });
    const loader = join(import.meta.dirname, 'code-cache.fill.ts');
    await Promise.all(
      programs.map(({ nodeOptions, modules }) =>
        run(process.execPath, [...nodeOptions, loader, ...modules], {
          env: { NODE_COMPILE_CACHE: folder },
          timeout: FILL_MS,
        }),
      ),
    );
    flushCompileCache();
    // Node keeps a folder for each user, whose files nobody else may read.
    for (const name of readdirSync(folder)) share(folder, name, readers);
    writeFileSync(stamp, state);
    return folder;
  } catch (error) {
    log.info('compiled code cannot be kept; processes take more memory', { error: describeError(error) });
    return undefined;
  }
}

/** `name` ends with the id of the user that it is for. */
function share(folder: string, name: string, readers: readonly number[]): void {
  const own = `-${process.getuid?.() ?? ''}`;
  if (readers.length === 0 || !name.endsWith(own)) return;
  chmodSync(join(folder, name), 0o755);
  for (const file of readdirSync(join(folder, name))) chmodSync(join(folder, name, file), 0o644);
  for (const reader of readers) {
    const link = join(folder, `${name.slice(0, -own.length)}-${reader}`);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(name, link);
  }
}

/** Changes with every source file; Node itself looks at the content before it takes anything out of the cache. */
function fingerprint(home: string, ...what: readonly unknown[]): string {
  const sum = createHash('sha256').update(JSON.stringify([process.version, ...what]));
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(path);
      else if (entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) {
        const { size, mtimeMs } = statSync(path);
        sum.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const folder of SOURCES) visit(join(home, folder));
  return sum.digest('hex');
}
