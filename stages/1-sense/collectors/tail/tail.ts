/**
 * Follows files: finds those that are meant, tells which generation each of them holds, and reads what is new. A look at the folders comes after
 * each change of names, and every two seconds in any case; between looks the files themselves tell that they grow.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Collector, CollectorContext } from '@netsentinel/contracts/collector';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import type { ParserDefinition } from '@netsentinel/contracts/parser';
import { describeError } from '@netsentinel/kernel/errors';
import { ArchiveRead } from './archive-read.ts';
import { bytesAt, isPacked, leadingNuls, lineStart, plainPieces, unpacked, unpackedHead } from './file-bytes.ts';
import { listFiles, rotatedOf, type Listed } from './file-patterns.ts';
import { FolderWatch } from './folder-watch.ts';
import { FollowedFile } from './followed-file.ts';
import { beginsWith, HEAD_BYTES, type Generation } from './generations.ts';
import { Problems } from './problems.ts';
import type { TailConfig } from './tail.config.ts';
import { TailedFiles } from './tailed-files.ts';

const POLL_MS = 2_000;
/** Names change in bursts. */
const RESCAN_MS = 20;
const SAVE_MS = 1_000;
/** A file that was rotated away may be written to until its program is told; one that has no name left, not for long. */
const ROTATED_QUIET_MS = 60_000;
const REMOVED_QUIET_MS = 5_000;
const CLOSE_MS = 1_500;
const MAX_SETTLED = 20_000;

interface Candidate extends Listed {
  /** Not meant by itself: it is what rotation made of one that is. */
  readonly isRotated?: boolean;
}

/** A file that was opened to find out what it is. `state` changes with its content. */
interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly inode: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly begin: Buffer;
  readonly state: string;
}

export class Tail implements Collector {
  readonly #ctx: CollectorContext;
  readonly #config: TailConfig;
  readonly #problems: Problems;
  readonly #watch: FolderWatch;
  readonly #files: TailedFiles;
  /** Files that have the names they were found by. */
  #byPath = new Map<string, FollowedFile>();
  /** Files of no interest while they stay as they are. */
  readonly #settled = new Set<string>();
  #format: ParserDefinition | undefined;
  #isFirstLook = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #lookSoon = false;
  #archives = Promise.resolve();
  #closed = false;

  constructor(ctx: CollectorContext, config: TailConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#problems = new Problems(ctx.log);
    this.#files = new TailedFiles(ctx);
    this.#watch = new FolderWatch(
      (path) => {
        const file = this.#byPath.get(path);
        if (file === undefined) this.#lookSoonAgain();
        else file.wake();
      },
      () => this.#lookSoonAgain(),
    );
  }

  async start(): Promise<void> {
    if (this.#config.format !== undefined) this.#format = await this.#ctx.formats.named(this.#config.format);
    this.#isFirstLook = !(await this.#files.load());
    await this.#look();
    this.#isFirstLook = false;
    // That there was a first look is remembered even where it found nothing.
    await this.#files.save();
    this.#every(POLL_MS, () => this.#look());
    this.#every(SAVE_MS, () => this.#files.save());
  }

  status(): CollectorReport {
    const problems = this.#problems.sentences();
    if (this.#watch.problem !== undefined) problems.push(this.#watch.problem);
    let lagBytes = 0;
    for (const [, file] of this.#files.all()) {
      lagBytes += file.lagBytes;
      if (file.failure !== undefined) problems.push(`${file.generation.path}: ${file.failure}`);
    }
    return { sources: this.#files.size, lagBytes, dropped: 0, problems: problems.slice(0, 16) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    // What the platform has not said to be kept is read again by the next process.
    const work = Promise.resolve(this.#looking).then(() => this.#files.close());
    await Promise.race([work, new Promise<void>((resolve) => this.#ctx.clock.after(CLOSE_MS, resolve))]);
  }

  #every(ms: number, work: () => Promise<void>): void {
    this.#ctx.clock.after(ms, () => {
      if (this.#closed) return;
      void work()
        .catch((error: unknown) => this.#ctx.log.error('files are not looked after', { error: describeError(error) }))
        .finally(() => this.#every(ms, work));
    });
  }

  #lookSoonAgain(): void {
    if (this.#lookSoon || this.#closed) return;
    this.#lookSoon = true;
    this.#ctx.clock.after(RESCAN_MS, () => {
      this.#lookSoon = false;
      void this.#look();
    });
  }

  /** One look at all folders; where one is asked for meanwhile, another follows. */
  #look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= (async () => {
      while (this.#lookAgain && !this.#closed) {
        this.#lookAgain = false;
        await this.#lookOnce();
      }
    })()
      .catch((error: unknown) => this.#ctx.log.error('files could not be looked at', { error: describeError(error) }))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    this.#problems.begin();
    const { files, folders } = await listFiles(this.#config.paths, this.#config.exclude);
    this.#watch.watch(folders);
    const inPlace = new Set<string>();
    const byPath = new Map<string, FollowedFile>();
    const born: { readonly opened: Opened; readonly generation: Generation }[] = [];
    for (const listed of [...files, ...(await this.#rotatedBeside(files))]) {
      if (this.#closed) return;
      const opened = await this.#openNew(listed, inPlace, byPath);
      if (opened === undefined) continue;
      const held = await this.#heldBy(opened, listed);
      if (held === undefined) await this.#settle(opened);
      else if (held.isNew) born.push({ opened, generation: held.generation });
      else this.#read(opened, held.generation, inPlace, byPath);
    }
    const isPast = this.#isFirstLook && this.#config.from === 'end';
    // The names of generations are on disk before any of their events can be: whoever reads them after us calls them the same.
    if (born.length > 0) await this.#files.save();
    for (const { opened, generation } of born) {
      // What was packed before our time is not asked for.
      if (isPast && isPacked(opened.begin)) {
        this.#files.leave(generation);
        await this.#settle(opened);
      } else this.#read(opened, generation, inPlace, byPath);
    }
    this.#byPath = byPath;
    for (const [, file] of this.#files.all()) file.wake();
    await this.#letGo(inPlace);
    this.#problems.end();
  }

  /** What has become of files that are meant, and of those that were not read to their ends: no pattern need know those names. */
  async #rotatedBeside(files: readonly Listed[]): Promise<Candidate[]> {
    const named = new Set(files.map(({ path }) => path));
    const unread = [...this.#files.generations.all()].filter(({ over }) => !over).map(({ path }) => path);
    const rotated = await rotatedOf([...named, ...unread]);
    return rotated.filter((path) => !named.has(path)).map((path) => ({ path, inFolder: true, isRotated: true }));
  }

  /** The file, where it is not being read and may be of interest. */
  async #openNew(
    candidate: Candidate,
    inPlace: Set<string>,
    byPath: Map<string, FollowedFile>,
  ): Promise<Opened | undefined> {
    const { path, isRotated = false } = candidate;
    let handle: FileHandle | undefined;
    try {
      const info = await stat(path, { bigint: true });
      const inode = `${info.dev}:${info.ino}`;
      const state = `${inode} ${info.size} ${info.mtimeNs} ${path}`;
      const file = this.#files.ofInode(inode);
      this.#files.seen(inode);
      if (file !== undefined) {
        if (file instanceof FollowedFile) byPath.set(path, file);
        if (!isRotated) inPlace.add(inode);
        return undefined;
      }
      if (!info.isFile() || info.size === 0n || this.#settled.has(state)) return undefined;
      handle = await open(path, 'r');
      const begin = await bytesAt(handle, 0, HEAD_BYTES);
      return { path, handle, inode, size: Number(info.size), mtimeMs: Number(info.mtimeMs), begin, state };
    } catch (error) {
      await handle?.close().catch(() => undefined);
      this.#cannotRead(candidate, error as NodeJS.ErrnoException);
      return undefined;
    }
  }

  #cannotRead({ path, inFolder }: Listed, error: NodeJS.ErrnoException): void {
    // Of what lies in a folder nobody said that it can be read; and what is not there yet may come.
    if (inFolder) return;
    if (error.code === 'ENOENT') this.#problems.add(`${path}: it is not there (yet)`);
    else if (error.code === 'EACCES' || error.code === 'EPERM')
      this.#problems.add(`${path}: no right to read it; name a group that has (options.groups), or give an ACL`);
    else this.#problems.add(`${path}: ${describeError(error)}`);
  }

  /** What the file holds, as far as there is something to read in it. */
  async #heldBy(
    opened: Opened,
    { inFolder, isRotated = false }: Candidate,
  ): Promise<{ readonly generation: Generation; readonly isNew: boolean } | undefined> {
    const { path, inode, begin, size, handle } = opened;
    const isPast = this.#isFirstLook && this.#config.from === 'end';
    if (isPacked(begin)) {
      const head = await unpackedHead(handle).catch(() => undefined);
      // It is still being written; a look that finds it changed will tell.
      if (head === undefined || head.length === 0) return undefined;
      const known = this.#files.generations.copiedTo(path, head);
      if (known !== undefined)
        return known.over || this.#files.isReading(known) ? undefined : { generation: known, isNew: false };
      return { generation: this.#files.born(path, inode, head, 0), isNew: true };
    }
    const own = this.#files.generations.ofInode(inode);
    if (own !== undefined && holds(opened, own))
      return isRotated && own.over && own.kept === size ? undefined : { generation: own, isNew: false };
    // It was cut or replaced while nobody looked. If a copy has what it held, it is beside it.
    if (own !== undefined) own.inode = '';
    const copied = this.#files.generations.copiedTo(path, begin);
    if (copied !== undefined)
      return size <= copied.kept || this.#files.isReading(copied) ? undefined : { generation: copied, isNew: false };
    if (inFolder && looksBinary(begin)) return undefined;
    if (this.#files.taken >= this.#config.maxFiles) {
      this.#problems.add(`${path}: more than ${this.#config.maxFiles} files (options.maxFiles); it is left out`);
      return undefined;
    }
    const from = isPast ? await lineStart(handle, size) : begin[0] === 0 ? await leadingNuls(handle) : 0;
    return { generation: this.#files.born(path, inode, begin, from), isNew: true };
  }

  #read(opened: Opened, generation: Generation, inPlace: Set<string>, byPath: Map<string, FollowedFile>): void {
    const { path, inode, handle, mtimeMs, size, begin } = opened;
    inPlace.add(inode);
    const options = {
      ctx: this.#ctx,
      handle,
      generation,
      format: this.#format,
      formatBefore: this.#files.generations.formatOf(generation.path),
    };
    if (isPacked(begin)) {
      const archive = new ArchiveRead({ ...options, writtenAtMs: mtimeMs, packedBytes: size });
      this.#files.add(inode, archive);
      // One after another: unpacking is work for a processor, and nobody waits for what is old.
      this.#archives = this.#archives.then(() => this.#readArchive(opened, archive));
      return;
    }
    const file = new FollowedFile({ ...options, onReplaced: (replaced) => void this.#replaced(inode, replaced) });
    this.#files.add(inode, file);
    byPath.set(path, file);
    file.wake();
  }

  async #readArchive(opened: Opened, archive: ArchiveRead): Promise<void> {
    if (!this.#closed) await archive.read();
    if (this.#closed) return;
    if (archive.failure === undefined) this.#files.ended(opened.inode, archive);
    else {
      this.#ctx.log.warn('a packed file cannot be read', { path: opened.path, reason: archive.failure });
      this.#files.drop(opened.inode);
      this.#settled.add(opened.state);
    }
    await archive.stop();
  }

  /** The file was cut, or written anew in place. What it held lives on in a copy, if anywhere. */
  async #replaced(inode: string, file: FollowedFile): Promise<void> {
    const copy = await this.#copyOf(file.generation);
    try {
      await file.end(copy?.pieces);
    } catch (error) {
      this.#ctx.log.warn('the rest of a file that was cut cannot be read from its copy', {
        error: describeError(error),
      });
    }
    await copy?.handle.close();
    this.#files.ended(inode, file);
    await file.stop();
    this.#lookSoonAgain();
  }

  async #copyOf(generation: Generation): Promise<{ handle: FileHandle; pieces: AsyncIterable<Buffer> } | undefined> {
    for (const path of await rotatedOf([generation.path])) {
      const handle = await open(path, 'r').catch(() => undefined);
      if (handle === undefined) continue;
      const begin = await bytesAt(handle, 0, HEAD_BYTES).catch(() => Buffer.alloc(0));
      const packed = isPacked(begin);
      const head = packed ? await unpackedHead(handle).catch(() => Buffer.alloc(0)) : begin;
      if (beginsWith(head, generation.head)) return { handle, pieces: packed ? unpacked(handle) : plainPieces(handle) };
      await handle.close();
    }
    return undefined;
  }

  /** Ends with files that are no longer where they were, once they are read and nobody writes to them any more. */
  async #letGo(inPlace: ReadonlySet<string>): Promise<void> {
    for (const [inode, file] of this.#files.all()) {
      if (!(file instanceof FollowedFile) || inPlace.has(inode)) continue;
      if (!file.isQuietFor(file.isRemoved ? REMOVED_QUIET_MS : ROTATED_QUIET_MS)) continue;
      await file.end();
      this.#files.ended(inode, file);
      await file.stop();
    }
  }

  async #settle({ handle, state }: Opened): Promise<void> {
    if (this.#settled.size >= MAX_SETTLED) this.#settled.clear();
    this.#settled.add(state);
    await handle.close();
  }
}

function holds({ begin, size }: Opened, { head, kept }: Generation): boolean {
  return beginsWith(begin, head) && size >= kept;
}

/** Of what lies in a folder, pictures and databases are no logs. */
function looksBinary(begin: Buffer): boolean {
  return begin.includes(0);
}
