/**
 * Fails where a file imports a package that its own workspace does not declare. In the whole tree every import resolves, because all packages
 * lie in one folder; only a workspace on its own would notice, and for a path that is seldom taken not even that.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { HOME, readManifest, sourceFiles, workspaces } from './packages/workspaces.ts';

/** Files that only this repository runs: they may import development dependencies, the repository's own among them. */
const DEVELOPMENT = /\.(test|bench|fuzz|fixture)\.tsx?$|\/(bench|fault)\/|^(testkit|e2e)\//;

const all = workspaces();
const tools = readManifest('').devDependencies;
const missing = new Map<string, string>();
let imports = 0;
for (const file of sourceFiles('*.ts', '*.tsx')) {
  const workspace = all.find(({ folder }) => file.startsWith(`${folder}/`));
  if (workspace === undefined) continue;
  const { name, dependencies, devDependencies } = workspace;
  const isDevelopment = DEVELOPMENT.test(file);
  for (const { fileName } of ts.preProcessFile(readFileSync(join(HOME, file), 'utf8'), true, true).importedFiles) {
    if (fileName.startsWith('.') || isBuiltin(fileName)) continue;
    const wanted = packageOf(fileName);
    imports++;
    if (wanted === name || dependencies.has(wanted)) continue;
    if (isDevelopment && (devDependencies.has(wanted) || tools.has(wanted))) continue;
    const kind = isDevelopment ? 'devDependencies' : 'dependencies';
    missing.set(`${workspace.folder}/package.json: ${kind} lack ${wanted}`, file);
  }
}
if (missing.size > 0) {
  for (const [what, file] of missing) process.stderr.write(`${what} (${file})\n`);
  process.exit(1);
}
process.stdout.write(`${imports} imports of packages, each declared where it is used\n`);

/** `@scope/name/path` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
