/**
 * Rules as somebody publishes them: a folder, or an archive (zip, tar, tar.gz) as release pages offer it. Only rule files are taken, each at its path
 * within the publication; a folder around everything, as archives of repositories have it, is left away.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { createGunzip } from 'node:zlib';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';

export interface SourceFile {
  /** Parts with `/` between, never leading out of the set. */
  readonly path: string;
  readonly text: string;
}

export interface RuleSource {
  /** What the file or folder is called, without ending and version. */
  readonly name: string;
  /** From the name (`r2026-10-01`, `1.4.0`), else a digest of the content. */
  readonly version: string;
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
}

/** Larger than any collection of rules, small enough to hold. */
export const SOURCE_LIMITS = { files: 50_000, fileBytes: 4 * 1024 * 1024, totalBytes: 256 * 1024 * 1024 } as const;

const ruleName = /(?<!\.cases)\.ya?ml$/i;
const archiveEnding = /\.(zip|tar|tar\.gz|tgz)$/i;
const versionEnding = /[-_@](v?\d[\w.+-]*|r\d{4}-\d\d-\d\d)$/i;

/** @throws NetSentinelError RULES_SOURCE_INVALID for what cannot be read, is too large, or holds no rule */
export async function readRuleSource(path: string): Promise<RuleSource> {
  const info = await stat(path).catch((cause: unknown) => {
    throw invalid(
      `cannot read ${path}`,
      'Name a folder, or an archive that ends in .zip, .tar, .tar.gz or .tgz.',
      cause,
    );
  });
  const take = new Taking(path);
  if (info.isDirectory()) await readFolder(path, take);
  else await readArchive(path, take);
  const files = withoutOuterFolder(take.files).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0) throw invalid(`there is no rule in ${path}`, 'Rules are files that end in .yml or .yaml.');
  const title = basename(path).replace(archiveEnding, '');
  return {
    name:
      title
        .replace(versionEnding, '')
        .toLowerCase()
        .replaceAll(/[^a-z0-9_-]+/g, '-')
        .slice(0, 64) || 'rules',
    version: versionEnding.exec(title)?.[1] ?? digestOf(files),
    files,
  };
}

/** What has been taken so far, within the limits. */
class Taking {
  readonly files: SourceFile[] = [];
  readonly #from: string;
  #bytes = 0;

  constructor(from: string) {
    this.#from = from;
  }

  wants(path: string): boolean {
    return ruleName.test(path);
  }

  /** Before anything is read or unpacked: an archive may say little and hold much, so `add` looks again. */
  assertFits(path: string, bytes: number): void {
    const { files, fileBytes, totalBytes } = SOURCE_LIMITS;
    const wrong =
      bytes > fileBytes
        ? `${path} has more than ${fileBytes} bytes`
        : this.#bytes + bytes > totalBytes
          ? `its rules have more than ${totalBytes} bytes`
          : this.files.length >= files
            ? `it has more than ${files} rules`
            : undefined;
    if (wrong !== undefined)
      throw invalid(`${this.#from} is no set of rules: ${wrong}`, 'Install the folder with the rules alone.');
  }

  add(path: string, content: Buffer): void {
    this.assertFits(path, content.length);
    const parts = path
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part !== '' && part !== '.');
    if (parts.includes('..') || path.includes('\0') || parts.some((part) => part.startsWith('.'))) {
      throw invalid(
        `${this.#from} holds a path that leads out of it or is hidden: ${path}`,
        'Do not trust this archive.',
      );
    }
    this.#bytes += content.length;
    this.files.push({ path: parts.join('/'), text: content.toString('utf8') });
  }
}

async function readFolder(folder: string, take: Taking): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const within = relative(folder, path).split(sep).join('/');
    // Hidden folders are a checkout's own business; links may lead anywhere.
    if (!entry.isFile() || !take.wants(within) || within.split('/').some((part) => part.startsWith('.'))) continue;
    take.assertFits(within, (await stat(path)).size);
    take.add(within, await readFile(path));
  }
}

async function readArchive(path: string, take: Taking): Promise<void> {
  const kind = await kindOf(path);
  try {
    if (kind === 'zip') await readZip(path, take);
    else await readTar(path, kind === 'gzip', take);
  } catch (error) {
    if (error instanceof NetSentinelError) throw error;
    throw invalid(
      `${path} cannot be unpacked: ${describeError(error)}`,
      'It is damaged, or no zip, tar or tar.gz.',
      error,
    );
  }
}

async function kindOf(path: string): Promise<'zip' | 'gzip' | 'tar'> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const begin = buffer.subarray(0, bytesRead).toString('latin1');
    return begin.startsWith('PK') ? 'zip' : begin.startsWith('\x1f\x8b') ? 'gzip' : 'tar';
  } finally {
    await file.close();
  }
}

async function readZip(path: string, take: Taking): Promise<void> {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!take.wants(entry.fileName) || entry.fileName.endsWith('/')) continue;
      take.assertFits(entry.fileName, entry.uncompressedSize);
      const content = await zip.openReadStreamPromise(entry, {});
      take.add(entry.fileName, await collect(content, (bytes) => take.assertFits(entry.fileName, bytes)));
    }
  } finally {
    zip.close();
  }
}

async function readTar(path: string, zipped: boolean, take: Taking): Promise<void> {
  const { Parser } = await import('tar');
  let failure: unknown;
  const parser = new Parser({
    strict: true,
    filter: (entry, info) => 'type' in info && info.type === 'File' && take.wants(entry),
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      try {
        take.assertFits(entry.path, entry.size);
      } catch (error) {
        failure ??= error;
      }
      entry.on('data', (chunk: Buffer) => void (failure === undefined && chunks.push(chunk)));
      entry.on('end', () => {
        try {
          if (failure === undefined) take.add(entry.path, Buffer.concat(chunks));
        } catch (error) {
          failure = error;
        }
      });
    },
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  ended.catch(() => undefined);
  const file = createReadStream(path);
  const content = zipped ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => content.destroy(error));
  let unpacked = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    unpacked += chunk.length;
    // Eight times what rules may take: pictures and tests lie beside them.
    if (unpacked > 8 * SOURCE_LIMITS.totalBytes) take.assertFits(path, Infinity);
    if (failure !== undefined) break;
    parser.write(chunk);
  }
  if (failure === undefined) {
    parser.end();
    await ended;
  }
  if (failure !== undefined) throw failure;
}

async function collect(content: AsyncIterable<Buffer>, check: (bytes: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    check((bytes += chunk.length));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function withoutOuterFolder(files: readonly SourceFile[]): readonly SourceFile[] {
  const outer = files[0]?.path.split('/')[0] ?? '';
  if (outer === '' || !files.every(({ path }) => path.startsWith(`${outer}/`))) return files;
  return files.map(({ path, text }) => ({ path: path.slice(outer.length + 1), text }));
}

export function digestOf(files: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of files) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex').slice(0, 12);
}

function invalid(message: string, hint: string, cause?: unknown): NetSentinelError {
  return new NetSentinelError('RULES_SOURCE_INVALID', 'user', message, { hint, cause });
}
