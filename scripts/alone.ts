/**
 * Installs each app as if it were alone in the world, with what its package.json and those of its workspaces declare and nothing else, and
 * starts it: a dependency that nobody declared fails here. What faces attackers and what changes the firewall may moreover carry only the
 * packages named below, so that a new one is somebody's decision.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startDecoyHost, startEnforcer, startWatcher, startWholeProduct } from './packages/app-starts.ts';
import { closure, HOME, sourceFiles } from './packages/workspaces.ts';

const INSTALL_MS = 180_000;

interface App {
  readonly name: string;
  /** All packages that may be in its tree; unlimited without. No database, web server, parser or firewall for the decoy host, no parser for the enforcer. */
  readonly mayCarry?: readonly RegExp[];
  readonly start: (home: string) => Promise<string>;
}

const BASE = [/^@netsentinel\/(contracts|kernel)$/, /^zod$/, /^yaml$/, /^msgpackr$/];
/** msgpackr's optional native part, and what chooses it; none of it is loaded where its build script may not run. */
const MSGPACKR_NATIVE = [
  /^msgpackr-extract$/,
  /^@msgpackr-extract\//,
  /^node-gyp-build-optional-packages$/,
  /^detect-libc$/,
];
const APPS: readonly App[] = [
  {
    name: '@netsentinel/decoy-host',
    mayCarry: [...BASE, ...MSGPACKR_NATIVE, /^@netsentinel\/(decoy-host|decoys)$/],
    start: startDecoyHost,
  },
  {
    name: '@netsentinel/enforcer-app',
    mayCarry: [...BASE, ...MSGPACKR_NATIVE, /^@netsentinel\/(enforcer-app|enforcer)$/],
    start: startEnforcer,
  },
  {
    name: '@netsentinel/watcher',
    mayCarry: [
      ...BASE,
      ...MSGPACKR_NATIVE,
      /^@netsentinel\/(watcher|sense)$/,
      // What calls the C library: the package and its binaries.
      /^koffi$/,
      /^@koromix\//,
    ],
    start: startWatcher,
  },
  { name: '@netsentinel/netsentinel-app', start: startWholeProduct },
];

const chosen = process.argv.slice(2);
let failed = 0;
for (const app of APPS.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  const started = performance.now();
  const home = mkdtempSync(join(tmpdir(), 'netsentinel-alone-'));
  try {
    // The product's own users must be able to read it where root runs this.
    chmodSync(home, 0o755);
    install(app.name, home);
    const carried = installedPackages(join(home, 'node_modules'));
    const tooMuch = carried.filter((name) => app.mayCarry?.some((allowed) => allowed.test(name)) === false);
    if (tooMuch.length > 0) throw new Error(`it carries what it may not: ${tooMuch.join(', ')}`);
    const answer = await app.start(home);
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`${app.name}: ${carried.length} packages; ${answer}; ${seconds} s\n`);
  } catch (error) {
    failed++;
    process.stderr.write(`${app.name}: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Copies the app's workspaces, and lets npm put there what they depend on, in the versions of our lockfile. */
function install(app: string, home: string): void {
  const needed = closure(app).map(({ folder }) => folder);
  // What is deeper in the tree is a workspace of its own, and is there only when it is needed.
  const others = (file: string, folder: string): boolean =>
    needed.some((other) => other.startsWith(`${folder}/`) && file.startsWith(`${other}/`));
  for (const folder of needed) for (const file of sourceFiles(folder)) if (!others(file, folder)) copy(file, home);
  for (const file of [...sourceFiles('content'), 'package-lock.json', '.npmrc']) copy(file, home);
  const root = { name: 'netsentinel', version: '0.1.0', private: true, type: 'module', workspaces: needed };
  writeFileSync(join(home, 'package.json'), JSON.stringify(root));
  const options = ['--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', ['install', ...options], { cwd: home, encoding: 'utf8', timeout: INSTALL_MS });
  if (npm.status !== 0) throw new Error(`npm install failed: ${npm.error?.message ?? npm.stderr}`);
}

function copy(file: string, home: string): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  cpSync(join(HOME, file), join(home, file), { verbatimSymlinks: true });
}

/** Names of all packages in a `node_modules`, those within packages too. */
function installedPackages(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap(({ name }) => {
    if (name.startsWith('.')) return [];
    if (name.startsWith('@'))
      return readdirSync(join(folder, name)).flatMap((one) => [`${name}/${one}`, ...within(folder, name, one)]);
    return [name, ...within(folder, name)];
  });
}

function within(...path: readonly string[]): string[] {
  return installedPackages(join(...path, 'node_modules'));
}
