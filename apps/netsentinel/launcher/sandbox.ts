/**
 * Takes rights away from the processes that we start, each as far as this system allows it; `doctor` prints what is in force.
 *
 * With root, or with user namespaces that anyone may make, a process gets a root directory of its own that shows only what it needs
 * (`sandbox.sh`), another user (root only), no capabilities and no way to new ones; the decoy host also an empty network and its own
 * process table. What is then left to someone who runs code there is in `docs/adr/0001`. Everywhere Node's permission model stands on top: no programs, and no files but those listed.
 */
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILE_LATER } from '@netsentinel/kernel/compile-later';
import { ONE_LANGUAGE } from './lean.ts';

/** Numbers of no account: Debian leaves 61184–65519 to services that need a user for a while. */
export const UIDS = {
  'decoy-host': 61_201,
  platform: 61_202,
  collector: 61_203,
  watcher: 61_204,
  capture: 61_205,
  verifier: 61_206,
} as const;

export interface SandboxReport {
  /** `root`: all of it; `user`: in a user namespace, same user; `none`: the permission model alone. */
  readonly level: 'root' | 'user' | 'none';
  /** Why not more. */
  readonly reason?: string;
}

export interface Confinement {
  /** Absolute paths shown read-only, and folders shown writable. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** An empty network namespace. */
  readonly noNetwork: boolean;
  readonly user: keyof typeof UIDS;
  /** Node's permission model on top. It forbids fsync, so it is not for those who must keep what they acknowledge. */
  readonly permissionModel: boolean;
  readonly nodeOptions?: readonly string[];
  /** Ids of groups whose files it may read besides its own: as root only. */
  readonly groups?: readonly number[];
  /** It gets our standard input. */
  readonly stdin?: boolean;
  /** A program and its arguments that waits in the process's place, and becomes what is written behind it. */
  readonly waitsIn?: readonly string[];
  /** It may read the kernel's tables of our UDP sockets, whatever namespace it is in: as descriptors `UDP_TABLES`. */
  readonly udpTables?: boolean;
}

/** Behind the standard streams and the IPC channel: /proc/net/udp and udp6, opened where the sockets are. */
export const UDP_TABLES: readonly number[] = [4, 5];

/** It holds little and lets go of it soon. Compilers stay on: a rebuild of 100,000 blocks must be quick. */
export const ENFORCER_OPTIONS: readonly string[] = [
  ONE_LANGUAGE,
  ...COMPILE_LATER,
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=2',
  '--max-old-space-size=96',
  '--expose-gc',
];

const SCRIPT = fileURLToPath(new URL('./sandbox.sh', import.meta.url));

/** What this system allows, tried for real. */
export function probeSandbox(): SandboxReport {
  if (process.platform !== 'linux')
    return { level: 'none', reason: `namespaces need Linux, this is ${process.platform}` };
  for (const tool of ['unshare', 'setpriv', 'mount'])
    if (findTool(tool) === undefined) return { level: 'none', reason: `${tool} was not found (package util-linux)` };
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? UIDS['decoy-host'] : 0;
  const [command, ...args] = namespaces(isRoot, true);
  const tried = spawnSync(
    command!,
    [...args, 'sh', SCRIPT, String(uid), ...shown([process.execPath]), '--', process.execPath, '--version'],
    { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (tried.status === 0) return { level: isRoot ? 'root' : 'user' };
  const said = (tried.error?.message ?? tried.stderr).trim().split('\n')[0] ?? '';
  return { level: 'none', reason: `this system does not let us make namespaces: ${said}` };
}

/**
 * Starts a Node program of ours with an IPC channel, confined as the report allows. Its output comes in pipes, and it is in a session of its
 * own: the terminal, and a signal to the caller's process group, are out of its reach.
 */
export function spawnConfined(
  entry: string,
  confinement: Confinement,
  report: SandboxReport,
  codeCache?: string,
): ChildProcess {
  const stdin = confinement.stdin === true ? 'inherit' : 'ignore';
  const tables = confinement.udpTables === true ? openUdpTables() : [];
  const options = { env: environment(codeCache), detached: true };
  const stdio: StdioOptions = [stdin, 'pipe', 'pipe', 'ipc', ...tables];
  try {
    const command = confinedCommand(entry, confinement, report, codeCache);
    return spawn(command[0]!, command.slice(1), { ...options, stdio });
  } finally {
    for (const table of tables) closeSync(table);
  }
}

/** The command line of such a program, which takes the rights away before the program begins. */
export function confinedCommand(
  entry: string,
  confinement: Confinement,
  report: SandboxReport,
  codeCache?: string,
): string[] {
  const read = codeCache === undefined ? confinement.read : [...confinement.read, codeCache];
  const paths = { read: [...new Set(read.filter((p) => existsSync(p)))], write: confinement.write };
  const grants = !confinement.permissionModel
    ? []
    : [
        '--disable-warning=SecurityWarning',
        '--permission',
        ...paths.read.flatMap((p) => [`--allow-fs-read=${p}`]),
        ...paths.write.flatMap((p) => [`--allow-fs-read=${p}`, `--allow-fs-write=${p}`]),
        // Node uses the cache only where it may write to it. It still cannot: in its root, that folder is read-only.
        ...(codeCache === undefined || report.level === 'none' ? [] : [`--allow-fs-write=${codeCache}`]),
      ];
  const node = [
    ...(confinement.waitsIn ?? []),
    process.execPath,
    // A signal would start the inspector, and the inspector would run whatever it is told.
    '--disable-sigusr1',
    ...(confinement.nodeOptions ?? []),
    ...grants,
    entry,
  ];
  if (report.level === 'none') return node;
  const isRoot = report.level === 'root';
  return [
    ...namespaces(isRoot, confinement.noNetwork),
    'sh',
    SCRIPT,
    String(isRoot ? UIDS[confinement.user] : 0),
    ...shown([process.execPath, ...paths.read]),
    ...paths.write.flatMap((p) => ['-w', p]),
    ...(confinement.groups ?? []).flatMap((id) => ['-g', String(id)]),
    '--',
    ...node,
  ];
}

/** Their descriptors: a table that is opened shows the namespace of who opened it. */
function openUdpTables(): number[] {
  return ['udp', 'udp6'].map((name) => {
    const path = `/proc/self/net/${name}`;
    return openSync(existsSync(path) ? path : '/dev/null', 'r');
  });
}

/** Paths of ours that a program needs to run: the workspaces named, and the packages they depend on. */
export function codePaths(home: string, workspaces: readonly string[], packages: readonly string[]): string[] {
  return [
    ...workspaces.map((w) => join(home, w)),
    join(home, 'package.json'),
    join(home, 'node_modules', '@netsentinel'),
    ...packages.map((p) => join(home, 'node_modules', p)),
  ].flatMap((p) => (existsSync(p) ? [realpathSync(p)] : []));
}

/** The programs that we call, looked for where the system keeps them and nowhere else. */
export function findTool(name: string): string | undefined {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/**
 * The beginning of the command line that makes the namespaces. Where the process table is new, all in it die with us: the kernel kills
 * `unshare` when we end, however we end, and `unshare` the rest. It is told so after the user namespace, whose making forgets it.
 */
function namespaces(isRoot: boolean, noNetwork: boolean): string[] {
  const user = isRoot ? [] : ['unshare', '--user', '--map-root-user'];
  if (!noNetwork) return isRoot ? ['unshare', '--mount'] : [...user, '--mount'];
  const own = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
  return [...user, 'setpriv', '--pdeathsig', 'KILL', 'unshare', ...own];
}

let libraries: readonly string[] | undefined;

/** Where a program of the system's really lies, and the libraries that it is linked with: what must be shown for it to run. */
export function programFiles(names: readonly string[]): readonly string[] {
  const files = names.flatMap((name) => {
    const path = findTool(name);
    return path === undefined ? [] : [realpathSync(path)];
  });
  return [...files, ...librariesOf(files)];
}

/** Arguments that show these paths and what Node and setpriv are linked with; without `ldd`, all that the system keeps there. */
function shown(paths: readonly string[]): string[] {
  libraries ??= linkedLibraries();
  return [...libraries, ...paths].flatMap((p) => ['-r', p]);
}

function linkedLibraries(): readonly string[] {
  const setpriv = findTool('setpriv');
  const found = librariesOf([process.execPath, ...(setpriv === undefined ? [] : [setpriv])]);
  return found.length > 0 ? found : systemLibraries();
}

function librariesOf(programs: readonly string[]): readonly string[] {
  const ldd = spawnSync('ldd', [...programs], { encoding: 'utf8', timeout: 5000 });
  return ldd.status === 0 ? [...ldd.stdout.matchAll(/(\/\S+) \(0x[0-9a-f]+\)/g)].map((match) => match[1]!) : [];
}

/** All libraries that the system keeps. */
export function systemLibraries(): readonly string[] {
  const kept = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/etc/ld.so.cache'].filter((p) => existsSync(p));
  return [...new Set(kept.map((p) => realpathSync(p)))];
}

/** Nothing of the caller's environment reaches a process of ours but what it needs to find its way and its time zone. */
export function environment(codeCache?: string): NodeJS.ProcessEnv {
  const { PATH, TZ, LANG, NODE_V8_COVERAGE } = process.env;
  return {
    PATH: PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    // glibc would keep eight heaps for each core, most of them half empty.
    MALLOC_ARENA_MAX: '2',
    ...(codeCache === undefined ? {} : { NODE_COMPILE_CACHE: codeCache }),
    ...(TZ === undefined ? {} : { TZ }),
    ...(LANG === undefined ? {} : { LANG }),
    ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }),
  };
}

/**
 * The enforcer keeps one right, to change the firewall, and gives up every other: as root with nothing but `CAP_NET_ADMIN`. It sees no
 * attacker's bytes, and its audit must reach the disk, which the permission model would not let it.
 */
export function spawnEnforcer(entry: string, codeCache?: string): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc'];
  const node = [process.execPath, '--disable-sigusr1', ...ENFORCER_OPTIONS, entry];
  const setpriv = process.getuid?.() === 0 ? findTool('setpriv') : undefined;
  if (setpriv === undefined) return spawn(node[0]!, node.slice(1), { stdio, env: environment(codeCache) });
  return spawn(setpriv, ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all,+net_admin', ...node], {
    stdio,
    env: environment(codeCache),
  });
}
