/** What `package-lock.json` says of each package, as far as it decides what npm downloads and whether it checks it. */
import { z } from 'zod';

/** As packages write it: one name, or several. */
const Names = z.union([z.string(), z.array(z.string())]).optional();

const Entry = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  optional: z.boolean().optional(),
  os: Names,
  cpu: Names,
  libc: Names,
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
type Entry = z.infer<typeof Entry>;

export const Lockfile = z.looseObject({ packages: z.record(z.string(), Entry) });
export type Lockfile = z.infer<typeof Lockfile>;

/** A package of the registry's, by its place in the lockfile. */
export interface Locked {
  /** `node_modules/a/node_modules/@b/c` */
  readonly path: string;
  /** `@b/c` */
  readonly name: string;
  readonly entry: Entry;
}

export interface System {
  readonly os: string;
  readonly cpu: string;
  readonly libc: 'glibc' | 'musl';
}

/** Everything that npm would fetch on some system; not what lies in this repository, or in another package's archive. */
export function fetched(lock: Lockfile): Locked[] {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true && entry.inBundle !== true)
    .map(([path, entry]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), entry }));
}

/** Whether npm would install it on this system. */
export function isFor({ entry }: Locked, system: System): boolean {
  return fits(entry.os, system.os) && fits(entry.cpu, system.cpu) && fits(entry.libc, system.libc);
}

/** npm's lists: the names that fit, or with `!` those that do not. */
function fits(names: string | readonly string[] = [], name: string): boolean {
  const list = typeof names === 'string' ? [names] : names;
  if (list.length === 0) return true;
  if (list.includes(`!${name}`)) return false;
  return list.includes(name) || list.every((one) => one.startsWith('!'));
}

/** Optional packages that some package names and the lockfile does not: where one of them fits the system, `npm ci` refuses the lockfile. */
export function unlisted(lock: Lockfile): { readonly name: string; readonly range: string; readonly by: string }[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !places(path).some((place) => Object.hasOwn(lock.packages, `${place}node_modules/${name}`)))
      .map(([name, range]) => ({ name, range, by: path })),
  );
}

/** Where Node looks for what a package at this path imports: `''`, or a folder with `/` behind it. */
function places(path: string): string[] {
  const parts = path.split('/');
  return [...parts.keys(), parts.length]
    .map((count) => parts.slice(0, count).join('/'))
    .map((p) => (p === '' ? p : `${p}/`));
}

/** What is wrong with it for someone who installs on this system; empty where all is well. */
export function findFaults(lock: Lockfile, system: System): string[] {
  const packages = fetched(lock);
  return [
    ...unlisted(lock).map(({ name, by }) => `${by} may want ${name}, which has no entry`),
    ...packages.filter(({ entry }) => entry.version === undefined).map(({ path }) => `${path} has no version`),
    // `.npmrc` leaves it out, so that a clone installs from whatever registry its owner uses.
    ...packages.filter(({ entry }) => entry.resolved !== undefined).map(({ path }) => `${path} names a registry`),
    ...packages
      .filter((one) => one.entry.integrity === undefined && (one.entry.optional !== true || isFor(one, system)))
      .map(({ path }) => `${path} would be installed unchecked: it has no integrity`),
  ];
}

/** A package as npm would write it down: facts in its order, names first, what has parts last. */
export function inNpmOrder(entry: Entry): Entry {
  const rank = (name: string, value: unknown): number =>
    FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length + (isPlain(value) ? 1 : 0);
  const sorted = Object.entries(entry).toSorted(
    ([a, one], [b, other]) => rank(a, one) - rank(b, other) || (a < b ? -1 : 1),
  );
  return Object.fromEntries(sorted);
}

const FIRST = ['version', 'resolved', 'integrity'];

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}
