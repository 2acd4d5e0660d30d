/** The workspaces of this repository as their package.json files declare them, and what each needs of the others. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The folder of the clone. */
export const HOME = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const Names = z.record(z.string(), z.string()).default({});
const Manifest = z.object({ name: z.string(), dependencies: Names, devDependencies: Names });

export interface Workspace {
  /** From the clone's folder: `stages/8-store`. */
  readonly folder: string;
  readonly name: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

/** What git tracks, or would if it were asked to, under these folders; from the clone's folder. */
export function sourceFiles(...folders: readonly string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders];
  const listed = execFileSync('git', args, { cwd: HOME, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: HOME, encoding: 'utf8' }).split('\0');
  return listed.split('\0').filter((path) => path !== '' && !deleted.includes(path));
}

export function readManifest(folder: string): Workspace {
  const { name, ...needs } = Manifest.parse(JSON.parse(readFileSync(join(HOME, folder, 'package.json'), 'utf8')));
  return {
    folder,
    name,
    dependencies: new Set(Object.keys(needs.dependencies)),
    devDependencies: new Set(Object.keys(needs.devDependencies)),
  };
}

/** All of them, the one deepest in the tree first. */
export function workspaces(): Workspace[] {
  return sourceFiles('*/package.json')
    .map((path) => readManifest(dirname(path)))
    .toSorted((a, b) => b.folder.length - a.folder.length);
}

/** The workspace of this name and all that it depends on, and these on; development dependencies are nobody's need. */
export function closure(name: string, all: readonly Workspace[] = workspaces()): Workspace[] {
  const found = new Map<string, Workspace>();
  const visit = (wanted: string): void => {
    const one = all.find((candidate) => candidate.name === wanted);
    if (one === undefined || found.has(wanted)) return;
    found.set(wanted, one);
    one.dependencies.forEach(visit);
  };
  visit(name);
  return [...found.values()];
}
