/**
 * Builds guard as it is published: `npm run guard-package -- [FOLDER]` (default `surface/guard/dist`), then `npm publish FOLDER`. It brings the
 * files of the platform along that it reaches.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPublished } from './packages/published.ts';
import { HOME } from './packages/workspaces.ts';

/** Empties `out` and fills it with the package. */
export function buildGuard(out: string): void {
  buildPublished(
    {
      folder: 'surface/guard',
      readme: 'surface/guard/README.md',
      without: /^\.\/bench/,
      workspaces: {
        '@netsentinel/contracts/': 'contracts',
        '@netsentinel/detect/': 'stages/5-detect',
        '@netsentinel/kernel/': 'kernel',
      },
    },
    out,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(process.argv[2] ?? join(HOME, 'surface', 'guard', 'dist'));
  buildGuard(out);
  process.stdout.write(`${out}\n`);
}
