/**
 * A set of rules that was installed: its files as the user may edit them, and beside them what the publisher's were, so that an update changes only what
 * the user has not. Lies in `rules/NAME/` of the data folder:
 *
 *     rules/NAME/set.json     version, and the digest of each file as it was published
 *     rules/NAME/**.yml       the rules; where both sides changed one, the publisher's lies beside it as `**.yml.new`
 *     rules/NAME.versions/    the last publications, to go back to
 *
 * A whole new folder is built and then takes the place of the old one, so that a crash leaves the old set or the new one.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { RuleSource, SourceFile } from './rule-source.ts';

const KEPT_VERSIONS = 3;

const SetRecord = z.strictObject({
  name: z.string(),
  version: z.string(),
  installedAt: z.iso.datetime(),
  /** Path → SHA-256 of the file as published. */
  files: z.record(z.string(), z.string()),
});
export type SetRecord = z.infer<typeof SetRecord>;

const Publication = z.strictObject({
  version: z.string(),
  files: z.array(z.strictObject({ path: z.string(), text: z.string() })),
});

/** What an installation did, each as paths. */
export interface InstallReport {
  readonly name: string;
  readonly version: string;
  readonly before: string | undefined;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
  /** The user's changes or additions, left as they are. */
  readonly kept: readonly string[];
  /** Of those: changed on both sides, so the publisher's lies beside it as `.new`. */
  readonly conflicts: readonly string[];
}

export class InstalledSets {
  readonly #folder: string;

  readonly #readOnly: boolean;

  /**
   * @param folder the `rules` folder of the data folder; made when it is needed
   * @param readOnly only looks: what a crash interrupted is left to whoever may write, and may be at work right now
   */
  constructor(folder: string, readOnly = false) {
    this.#folder = folder;
    this.#readOnly = readOnly;
  }

  /** By name. Finishes what a crash interrupted. */
  async list(): Promise<SetRecord[]> {
    if (!existsSync(this.#folder)) return [];
    for (const name of this.#readOnly ? [] : await readdir(this.#folder)) {
      if (name.endsWith('.old')) await this.#settle(name.slice(0, -'.old'.length));
      else if (name.endsWith('.building')) await rm(join(this.#folder, name), { recursive: true });
    }
    const names = (await readdir(this.#folder)).filter((name) => existsSync(this.#recordPath(name))).toSorted();
    return Promise.all(names.map((name) => this.#record(name)));
  }

  folderOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Versions that `publication` can still give, the newest last. */
  async versions(name: string): Promise<string[]> {
    const publications = await Promise.all((await this.#publicationPaths(name)).map(readPublication));
    return publications.map(({ version }) => version);
  }

  /** A version that was installed before, as it was published. */
  async publication(name: string, version: string): Promise<RuleSource> {
    for (const path of await this.#publicationPaths(name)) {
      const publication = await readPublication(path);
      if (publication.version === version) return { name, ...publication };
    }
    throw new NetSentinelError('RULES_VERSION_UNKNOWN', 'user', `there is no version ${version} of ${name} here`, {
      hint: `The last ${KEPT_VERSIONS} are kept: \`netsentinel rules sets\` names them.`,
    });
  }

  async install({ name, version, files }: RuleSource, now: number): Promise<InstallReport> {
    await mkdir(this.#folder, { recursive: true, mode: 0o750 });
    await this.list();
    const before = existsSync(this.#recordPath(name)) ? await this.#record(name) : undefined;
    const local = new Map((await this.#localFiles(name)).map(({ path, text }) => [path, text]));
    const merge = mergeSets(before?.files ?? {}, local, files);
    const building = join(this.#folder, `${name}.building`);
    for (const { path, text } of merge.files) {
      await mkdir(dirname(join(building, path)), { recursive: true, mode: 0o750 });
      await writeFile(join(building, path), text, { mode: 0o640 });
    }
    const record: SetRecord = {
      name,
      version,
      installedAt: new Date(now).toISOString(),
      files: Object.fromEntries(files.map(({ path, text }) => [path, sha256(text)])),
    };
    await writeFile(join(building, 'set.json'), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o640 });
    if (before !== undefined) await rename(this.folderOf(name), `${this.folderOf(name)}.old`);
    await rename(building, this.folderOf(name));
    await rm(`${this.folderOf(name)}.old`, { recursive: true, force: true });
    await this.#keepPublication(name, { version, files: [...files] });
    return { name, version, before: before?.version, ...merge.report };
  }

  async remove(name: string): Promise<void> {
    if (!existsSync(this.#recordPath(name)))
      throw new NetSentinelError('RULES_SET_UNKNOWN', 'user', `no set of rules is called ${name}`, {
        hint: '`netsentinel rules sets` names them.',
      });
    await rm(this.folderOf(name), { recursive: true });
    await rm(`${this.folderOf(name)}.versions`, { recursive: true, force: true });
  }

  /** After a crash between the two renames the old folder is the set. */
  async #settle(name: string): Promise<void> {
    const old = `${this.folderOf(name)}.old`;
    if (existsSync(this.folderOf(name))) await rm(old, { recursive: true });
    else await rename(old, this.folderOf(name));
  }

  #recordPath(name: string): string {
    return join(this.folderOf(name), 'set.json');
  }

  async #record(name: string): Promise<SetRecord> {
    const read = SetRecord.safeParse(JSON.parse(await readFile(this.#recordPath(name), 'utf8')));
    if (read.success) return read.data;
    throw new NetSentinelError('RULES_SET_DAMAGED', 'operational', `${this.#recordPath(name)} is damaged`, {
      hint: 'Remove the set and install it again; your own changes lie in the same folder.',
    });
  }

  async #localFiles(name: string): Promise<SourceFile[]> {
    const folder = this.folderOf(name);
    if (!existsSync(folder)) return [];
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name !== 'set.json' && !entry.name.endsWith('.new'))
      .map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(
      paths.map(async (path) => ({
        path: path.slice(folder.length + 1).replaceAll('\\', '/'),
        text: await readFile(path, 'utf8'),
      })),
    );
  }

  async #publicationPaths(name: string): Promise<string[]> {
    const folder = `${this.folderOf(name)}.versions`;
    if (!existsSync(folder)) return [];
    return (await readdir(folder)).toSorted().map((file) => join(folder, file));
  }

  /** Files are numbered, so that the newest comes last whatever versions are called. */
  async #keepPublication(name: string, publication: z.infer<typeof Publication>): Promise<void> {
    const folder = `${this.folderOf(name)}.versions`;
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const paths = await this.#publicationPaths(name);
    for (const path of paths) if ((await readPublication(path)).version === publication.version) await rm(path);
    const last = Number(/(\d+)\.json\.gz$/.exec(paths.at(-1) ?? '')?.[1] ?? 0);
    const body = await promisify(gzip)(JSON.stringify(publication));
    await writeFile(join(folder, `${String(last + 1).padStart(6, '0')}.json.gz`), body, { mode: 0o640 });
    for (const path of (await this.#publicationPaths(name)).slice(0, -KEPT_VERSIONS)) await rm(path);
  }
}

async function readPublication(path: string): Promise<z.infer<typeof Publication>> {
  return Publication.parse(JSON.parse((await promisify(gunzip)(await readFile(path))).toString('utf8')));
}

/**
 * Three-way: `published` (digests of the last version), `local` (what lies there now), `files` (the new version). What only the publisher changed is
 * taken, what only the user changed stays, and where both did the user's stays and the publisher's comes beside it.
 */
export function mergeSets(
  published: Readonly<Record<string, string>>,
  local: ReadonlyMap<string, string>,
  files: readonly SourceFile[],
): { files: SourceFile[]; report: Pick<InstallReport, 'added' | 'updated' | 'removed' | 'kept' | 'conflicts'> } {
  const merged: SourceFile[] = [];
  const report = {
    added: [] as string[],
    updated: [] as string[],
    removed: [] as string[],
    kept: [] as string[],
    conflicts: [] as string[],
  };
  const keep = (path: string, text: string): void => {
    merged.push({ path, text });
    report.kept.push(path);
  };
  for (const { path, text } of files) {
    const before = Object.hasOwn(published, path) ? published[path] : undefined;
    const mine = local.get(path);
    const isNew = before !== sha256(text);
    if (mine === undefined) {
      // A rule that the user deleted stays away until the publisher changes it.
      if (before !== undefined && !isNew) continue;
      merged.push({ path, text });
      report.added.push(path);
    } else if (mine === text) merged.push({ path, text });
    else if (before === sha256(mine)) {
      merged.push({ path, text });
      report.updated.push(path);
    } else {
      keep(path, mine);
      if (!isNew) continue;
      merged.push({ path: `${path}.new`, text });
      report.conflicts.push(path);
    }
  }
  const still = new Set(files.map(({ path }) => path));
  for (const [path, text] of local) {
    if (still.has(path)) continue;
    if (published[path] === sha256(text)) report.removed.push(path);
    else keep(path, text);
  }
  return { files: merged, report };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
