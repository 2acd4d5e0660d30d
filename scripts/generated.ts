/** Files that are made of others: written, or held against what is committed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HOME } from './packages/workspaces.ts';

/** By path from the clone's folder. Writes those that differ; with `check` it writes nothing. Answers which did. */
export function writeGenerated(files: ReadonlyMap<string, string>, check: boolean): string[] {
  const stale: string[] = [];
  for (const [path, text] of files) {
    const file = join(HOME, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return stale;
}
