/**
 * Sets a clone up, once for each state of the lockfile and the console's source: installs the packages (the pinned Node among them) and
 * builds the console. Runs on any Node from 20.19 with npm, so it is plain JavaScript and needs no package. `--no-console` leaves the console out;
 * `--cloud aws|azure|gcp|all` installs the clients for responders in clouds too, which are heavy (ADR 0018), and are kept from then on.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(home, 'node_modules', '.netsentinel');
/** A workspace for each cloud. */
const CLOUDS = 'enforcer/clouds';
const isTerminal = process.stderr.isTTY === true;

/** The Node that everything runs on: the pinned one, or the host's where none is made for this system and it is new enough. */
function pinnedNode() {
  const pinned = join(home, 'node_modules', '.bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(`no pinned Node for ${process.platform}-${process.arch}; install Node 24 or newer`);
}

/** Answers when everything is in place; says what it does on stderr, and nothing when there is nothing to do. */
async function setUp({ console: wantConsole = true, clouds: wanted = [] } = {}) {
  const lock = hash([readFileSync(join(home, 'package-lock.json'))]);
  const kept = readStamp('clouds')?.split(',').filter(Boolean) ?? [];
  const clouds = allClouds().filter((cloud) => kept.includes(cloud) || wanted.includes(cloud));
  if (readStamp('packages') !== lock || clouds.some((cloud) => !existsSync(client(cloud)))) {
    const only = workspaces(clouds).flatMap((name) => ['--workspace', name]);
    const options = ['--include-workspace-root', '--no-audit', '--no-fund', '--loglevel=error'];
    await step('installing packages', 'npm', ['ci', ...only, ...options], home);
    writeStamp('packages', lock);
    writeStamp('clouds', clouds.join(','));
  }
  if (!wantConsole) return;
  const parts = [join(home, 'surface', 'console'), join(home, 'surface', 'client'), join(home, 'contracts')];
  const source = hash([lock, ...parts.flatMap((part) => [...sources(part)])]);
  if (readStamp('console') !== source || !existsSync(join(home, 'surface', 'console', 'out', 'index.html'))) {
    const next = join(home, 'node_modules', 'next', 'dist', 'bin', 'next');
    await step('building the console', pinnedNode(), [next, 'build'], join(home, 'surface', 'console'));
    writeStamp('console', source);
  }
}

/** Names of the folders, which are those of the clouds. */
function allClouds() {
  const entries = readdirSync(join(home, CLOUDS), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Where npm puts a link to the cloud's workspace once it has installed what that needs. */
function client(cloud) {
  return join(home, 'node_modules', '@netsentinel', `cloud-${cloud}`);
}

/** The names of all workspaces, of those for clouds only these. */
function workspaces(clouds) {
  const { workspaces: patterns } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const folders = patterns.flatMap((pattern) => {
    if (pattern === `${CLOUDS}/*`) return clouds.map((cloud) => join(CLOUDS, cloud));
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return readdirSync(join(home, parent)).map((name) => join(parent, name));
  });
  return folders.flatMap((folder) => {
    const file = join(home, folder, 'package.json');
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')).name] : [];
  });
}

/** What follows `--cloud`, as often as it stands there. */
function cloudsAskedFor(args) {
  const named = args.flatMap((arg, i) => (args[i - 1] === '--cloud' ? [arg] : []));
  const unknown = named.find((name) => name !== 'all' && !allClouds().includes(name));
  if (unknown !== undefined) throw new Error(`no cloud ${unknown}; there are ${allClouds().join(', ')}, and all`);
  return named.includes('all') ? allClouds() : named;
}

function readStamp(name) {
  try {
    return readFileSync(join(stamps, name), 'utf8');
  } catch {
    return undefined;
  }
}

function writeStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), value);
}

function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (
      ['node_modules', 'out', 'dist', '.next', 'next-env.d.ts'].includes(entry.name) ||
      /\.(test\.tsx?|tsbuildinfo)$/.test(entry.name)
    )
      continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (statSync(path).isFile()) yield `${entry.name}\0${readFileSync(path)}`;
  }
}

/** Runs a command with a line that shows that it lives; its own output appears only when it fails. */
async function step(title, command, args, cwd) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', npm_config_yes: 'true' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
  process.stderr.write(isTerminal ? '' : `netsentinel: ${title} …\n`);
  const timer = setInterval(
    () => process.stderr.write(isTerminal ? `\r\x1b[Knetsentinel: ${title} … ${seconds()}` : ''),
    500,
  );
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.on('close', resolve);
  });
  clearInterval(timer);
  process.stderr.write(
    `${isTerminal ? '\r\x1b[K' : ''}netsentinel: ${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds()}\n`,
  );
  if (code !== 0) {
    process.stderr.write(output);
    rmSync(join(stamps, 'packages'), { force: true });
    throw new Error(`${title} failed; the output is above`);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`netsentinel: needs Node 20.19 or newer to set itself up, this is ${process.versions.node}\n`);
  process.exit(1);
}
try {
  const args = process.argv.slice(2);
  await setUp({ console: !args.includes('--no-console'), clouds: cloudsAskedFor(args) });
} catch (error) {
  process.stderr.write(`netsentinel: ${error.message}\n`);
  process.exit(1);
}
