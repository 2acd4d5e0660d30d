/** Builds the API's client as it is published: `npm run client-package -- [FOLDER]` (default `surface/client/dist`), then `npm publish FOLDER`. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPublished } from './packages/published.ts';
import { HOME } from './packages/workspaces.ts';

/** Empties `out` and fills it with the package. */
export function buildClient(out: string): void {
  buildPublished({ folder: 'surface/client', readme: 'docs/client.md' }, out);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(process.argv[2] ?? join(HOME, 'surface', 'client', 'dist'));
  buildClient(out);
  process.stdout.write(`${out}\n`);
}
