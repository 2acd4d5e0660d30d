/**
 * Builds what is published: `npm run guard-package -- [FOLDER]` (default `surface/guard/dist`), then `npm publish FOLDER`. Follows guard's
 * imports, puts the files of the workspace that it reaches beside its own, and writes JavaScript with declarations. Fails where guard would depend on
 * a package.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const guard = join(home, 'surface', 'guard');
/** Where the platform's files lie in the package. */
const SHARED = 'platform';
const WORKSPACES: Readonly<Record<string, string>> = {
  '@netsentinel/contracts/': 'contracts',
  '@netsentinel/detect/': 'stages/5-detect',
  '@netsentinel/kernel/': 'kernel',
};

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** Empties `out` and fills it with the package. */
export function buildGuard(out: string): void {
  const manifest = JSON.parse(readFileSync(join(guard, 'package.json'), 'utf8')) as Manifest;
  const entries = Object.entries(manifest.exports).filter(([name]) => !name.startsWith('./bench'));
  rmSync(out, { recursive: true, force: true });
  const published = {
    name: '@netsentinel/guard',
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    type: 'module',
    sideEffects: false,
    exports: Object.fromEntries(
      entries.map(([name, file]) => [
        name,
        { types: file.replace(/\.ts$/, '.d.ts'), default: file.replace(/\.ts$/, '.js') },
      ]),
    ),
    engines: { node: '>=20.19' },
  };
  mkdirSync(out, { recursive: true });
  // First: by its type the compiler knows what modules these are.
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  const stage = join(out, 'sources');
  const sources = stageFrom(
    entries.map(([, file]) => join(guard, file)),
    stage,
  );
  compile(sources, stage, out);
  rmSync(stage, { recursive: true });
  cpSync(join(guard, 'README.md'), join(out, 'README.md'));
  cpSync(join(home, 'LICENSE'), join(out, 'LICENSE'));
}

/** Copies the entries and all that they import; answers where they are now. */
function stageFrom(entries: readonly string[], stage: string): string[] {
  const staged = new Map<string, string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (staged.has(file)) continue;
    const to = join(stage, placeOf(file));
    staged.set(file, to);
    let text = readFileSync(file, 'utf8');
    // From the end, so that places before stay where they are.
    for (const { fileName, pos, end } of ts.preProcessFile(text, true, true).importedFiles.toReversed()) {
      if (isBuiltin(fileName)) continue;
      const wanted = resolveImport(fileName, file);
      waiting.push(wanted);
      const path = relative(dirname(to), join(stage, placeOf(wanted))).replace(/\.ts$/, '.js');
      // `pos` is the quote before, `end` the end of the name without quotes.
      text = `${text.slice(0, pos + 1)}${path.startsWith('.') ? path : `./${path}`}${text.slice(end + 1)}`;
    }
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  return [...staged.values()];
}

function resolveImport(name: string, from: string): string {
  if (name.startsWith('.')) return resolve(dirname(from), name);
  const prefix = Object.keys(WORKSPACES).find((one) => name.startsWith(one));
  const file = prefix === undefined ? '' : join(home, WORKSPACES[prefix]!, `${name.slice(prefix.length)}.ts`);
  if (!existsSync(file)) throw new Error(`${relative(home, from)} imports ${name}, which guard cannot bring along`);
  return file;
}

/** Guard's own files stand at the top. */
function placeOf(file: string): string {
  const own = relative(guard, file);
  if (!own.startsWith('..')) return own;
  for (const [name, folder] of Object.entries(WORKSPACES)) {
    const within = relative(join(home, folder), file);
    if (!within.startsWith('..')) return join(SHARED, name.split('/')[1]!, within);
  }
  throw new Error(`${relative(home, file)} is in no workspace that guard may bring along`);
}

function compile(files: readonly string[], rootDir: string, outDir: string): void {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(home, 'node_modules', '@types')],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    declaration: true,
    skipLibCheck: true,
    rootDir,
    outDir,
  });
  const { diagnostics } = program.emit();
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (all.length > 0)
    throw new Error(
      ts.formatDiagnostics(all, {
        getCurrentDirectory: () => home,
        getCanonicalFileName: (name) => name,
        getNewLine: () => '\n',
      }),
    );
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(process.argv[2] ?? join(guard, 'dist'));
  buildGuard(out);
  process.stdout.write(`${out}\n`);
}
