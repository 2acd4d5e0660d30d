/**
 * Builds a workspace as it is published: follows its entries' imports, puts files of other workspaces that it reaches beside its own, and writes
 * JavaScript with declarations. Fails where it would depend on a package.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { HOME } from './workspaces.ts';

/** Where other workspaces' files lie in the package. */
const SHARED = 'platform';

export interface Published {
  /** The workspace, from the clone's folder. */
  readonly folder: string;
  /** What becomes its README, from the clone's folder. */
  readonly readme: string;
  /** Entries that stay here. */
  readonly without?: RegExp;
  /** Workspaces that it may bring along: the folder by what imports of it begin with. */
  readonly workspaces?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** Empties `out` and fills it with the package. */
export function buildPublished(what: Published, out: string): void {
  const own = join(HOME, what.folder);
  const { name, version, description, license, exports } = JSON.parse(
    readFileSync(join(own, 'package.json'), 'utf8'),
  ) as Manifest;
  const entries = Object.entries(exports).filter(([entry]) => what.without?.test(entry) !== true);
  rmSync(out, { recursive: true, force: true });
  const published = {
    name,
    version,
    description,
    license,
    type: 'module',
    sideEffects: false,
    exports: Object.fromEntries(
      entries.map(([entry, file]) => [
        entry,
        { types: file.replace(/\.ts$/, '.d.ts'), default: file.replace(/\.ts$/, '.js') },
      ]),
    ),
    engines: { node: '>=20.19' },
  };
  mkdirSync(out, { recursive: true });
  // First: by its type the compiler knows what modules these are.
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  const stage = join(out, 'sources');
  const files = entries.map(([, file]) => join(own, file));
  compile(stageFrom(files, stage, what), stage, out);
  rmSync(stage, { recursive: true });
  cpSync(join(HOME, what.readme), join(out, 'README.md'));
  cpSync(join(HOME, 'LICENSE'), join(out, 'LICENSE'));
}

/** Copies the entries and all that they import; answers where they are now. */
function stageFrom(entries: readonly string[], stage: string, what: Published): string[] {
  const staged = new Map<string, string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (staged.has(file)) continue;
    const to = join(stage, placeOf(file, what));
    staged.set(file, to);
    let text = readFileSync(file, 'utf8');
    // From the end, so that places before stay where they are.
    for (const { fileName, pos, end } of ts.preProcessFile(text, true, true).importedFiles.toReversed()) {
      if (isBuiltin(fileName)) continue;
      const wanted = resolveImport(fileName, file, what);
      waiting.push(wanted);
      const path = relative(dirname(to), join(stage, placeOf(wanted, what))).replace(/\.ts$/, '.js');
      // `pos` is the quote before, `end` the end of the name without quotes.
      text = `${text.slice(0, pos + 1)}${path.startsWith('.') ? path : `./${path}`}${text.slice(end + 1)}`;
    }
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  return [...staged.values()];
}

function resolveImport(name: string, from: string, { folder, workspaces = {} }: Published): string {
  if (name.startsWith('.')) return resolve(dirname(from), name);
  const prefix = Object.keys(workspaces).find((one) => name.startsWith(one));
  const file = prefix === undefined ? '' : join(HOME, workspaces[prefix]!, `${name.slice(prefix.length)}.ts`);
  if (!existsSync(file)) throw new Error(`${relative(HOME, from)} imports ${name}, which ${folder} cannot bring along`);
  return file;
}

/** The workspace's own files stand at the top. */
function placeOf(file: string, { folder, workspaces = {} }: Published): string {
  const own = relative(join(HOME, folder), file);
  if (!own.startsWith('..')) return own;
  for (const [name, other] of Object.entries(workspaces)) {
    const within = relative(join(HOME, other), file);
    if (!within.startsWith('..')) return join(SHARED, name.split('/')[1]!, within);
  }
  throw new Error(`${relative(HOME, file)} is in no workspace that ${folder} may bring along`);
}

function compile(files: readonly string[], rootDir: string, outDir: string): void {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    // Of 2024 nothing but what Node 20 has: well-formed strings.
    lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(HOME, 'node_modules', '@types')],
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
        getCurrentDirectory: () => HOME,
        getCanonicalFileName: (name) => name,
        getNewLine: () => '\n',
      }),
    );
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
