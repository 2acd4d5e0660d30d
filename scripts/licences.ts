/** Fails where a package that we ship has a licence we do not take. Reads the installed packages themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'MIT-0',
  'CC-BY-4.0',
  'W3C',
  'Zlib',
  'PSF-2.0',
]);
/** Looked at by a person, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  '@img/sharp-libvips-':
    'LGPL-3.0 shared library that the build of the console may load for images; not part of what we ship and not called by us',
};

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), link: z.boolean().optional(), version: z.string().optional() }),
  ),
});
const Package = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

const lock = Lock.parse(JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8')));
const bad: string[] = [];
let seen = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  const file = join(home, path, 'package.json');
  if (!path.startsWith('node_modules/') || entry.dev === true || entry.link === true || !existsSync(file)) continue;
  const pkg = Package.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!pkg.success) continue;
  seen++;
  const licence =
    typeof pkg.data.license === 'string'
      ? pkg.data.license
      : (pkg.data.license?.type ?? pkg.data.licenses?.[0]?.type ?? 'none');
  if (!takes(licence) && !Object.keys(EXCEPTIONS).some((prefix) => pkg.data.name.startsWith(prefix)))
    bad.push(`${pkg.data.name}@${pkg.data.version}: ${licence}`);
}
if (bad.length > 0) {
  process.stderr.write(`licences that we do not take:\n  ${bad.join('\n  ')}\n`);
  process.exit(1);
}
process.stdout.write(`${seen} packages that we ship or build with, all with a licence that we take\n`);

/** `(MIT OR GPL-2.0)` is fine with one good choice, `MIT AND CC-BY-4.0` needs both. */
function takes(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((one) => ALLOWED.has(one.trim())));
}
