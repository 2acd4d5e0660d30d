/**
 * Fails where `package-lock.json` would let something be installed unchecked here, or not be installed at all. A registry that has no packages
 * for other systems leaves holes in what npm writes; `--complete [NAME…]` asks the registry in use for what is missing and fills it in.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fetched, findFaults, inNpmOrder, Lockfile, unlisted } from './packages/lockfile.ts';
import { HOME } from './packages/workspaces.ts';

const LOOKUP_MS = 30_000;
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;
const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional();
/** `npm view` flattens what is asked for by a path. */
const View = z.object({
  'dist.integrity': z.string().startsWith('sha512-'),
  license: z.string().optional(),
  engines: z.record(z.string(), z.string()).optional(),
  os: list,
  cpu: list,
  libc: list,
});
const FIELDS = ['dist.integrity', 'license', 'engines', 'os', 'cpu', 'libc'];

const file = join(HOME, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
// Checked, but not copied: the order of what it says is npm's.
Lockfile.parse(lock);
const [option, ...chosen] = process.argv.slice(2);
if (option === '--complete') complete();
const faults = findFaults(lock, { os: process.platform, cpu: process.arch, libc: cLibrary() });
if (faults.length > 0) {
  process.stderr.write(`package-lock.json:\n  ${faults.join('\n  ')}\n`);
  process.exit(1);
}
const all = fetched(lock);
const open = all.filter(({ entry }) => entry.integrity === undefined);
process.stdout.write(
  `${all.length} packages; ${all.length - open.length} are checked, ${open.length} are for other systems and may not be\n`,
);

function complete(): void {
  const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
  for (const { name, range, by } of unlisted(lock)) {
    if (!wanted(name)) continue;
    if (!EXACT.test(range))
      throw new Error(`${by} wants ${name} in some version (${range}); which, only npm install can tell`);
    const { dev } = lock.packages[by] ?? {};
    lock.packages[`node_modules/${name}`] = { version: range, optional: true, ...(dev === true ? { dev } : {}) };
  }
  for (const { name, path, entry } of fetched(lock)) {
    if (entry.integrity !== undefined || entry.version === undefined || !wanted(name)) continue;
    const view = lookUp(name, entry.version);
    if (view === undefined) continue;
    const { 'dist.integrity': integrity, ...facts } = view;
    const known = Object.entries({ ...entry, ...facts, integrity }).filter(([, value]) => value !== undefined);
    lock.packages[path] = inNpmOrder(Object.fromEntries(known));
  }
  const byPath = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, undefined, 2)}\n`);
}

/** Node itself knows which it runs on. */
function cLibrary(): 'glibc' | 'musl' {
  const { header } = z
    .object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) })
    .parse(process.report.getReport());
  return header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/** What the registry says of a version, or undefined where it has none to give. */
function lookUp(name: string, version: string): z.infer<typeof View> | undefined {
  const asked = spawnSync('npm', ['view', `${name}@${version}`, ...FIELDS, '--json', '--loglevel=error'], {
    cwd: HOME,
    encoding: 'utf8',
    timeout: LOOKUP_MS,
  });
  if (asked.status === 0 && asked.stdout.trim() !== '') return View.parse(JSON.parse(asked.stdout));
  process.stderr.write(`${name}@${version}: ${asked.stdout.includes('E404') ? 'not in this registry' : 'no answer'}\n`);
  return undefined;
}
