/**
 * Takes rights away from the processes that we start, each as far as this system allows it; `doctor` prints what is in force.
 *
 * With root, or with user namespaces that anyone may make, a process gets a root directory of its own that shows only what it needs
 * (`sandbox.sh`), another user (root only), no capabilities and no way to new ones; the decoy host also an empty network and its own
 * process table. Everywhere Node's permission model stands on top: no programs, and no files but those listed.
 */
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Numbers of no account: Debian leaves 61184–65519 to services that need a user for a while. */
export const UIDS = { 'decoy-host': 61_201, platform: 61_202 } as const;

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
}

const SCRIPT = fileURLToPath(new URL('./sandbox.sh', import.meta.url));

/** What this system allows, tried for real. */
export function probeSandbox(): SandboxReport {
  if (process.platform !== 'linux')
    return { level: 'none', reason: `namespaces need Linux, this is ${process.platform}` };
  for (const tool of ['unshare', 'setpriv', 'mount'])
    if (findTool(tool) === undefined) return { level: 'none', reason: `${tool} was not found (package util-linux)` };
  const isRoot = process.getuid?.() === 0;
  const root = mkdtempSync(join(tmpdir(), 'netsentinel-root-'));
  try {
    const args = [
      ...namespaces(isRoot, true),
      'sh',
      SCRIPT,
      root,
      isRoot ? String(UIDS['decoy-host']) : '0',
      '-r',
      process.execPath,
      '--',
      process.execPath,
      '--version',
    ];
    const tried = spawnSync('unshare', args, { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'pipe'] });
    if (tried.status === 0) return { level: isRoot ? 'root' : 'user' };
    const said = (tried.error?.message ?? tried.stderr).trim().split('\n')[0] ?? '';
    return { level: 'none', reason: `this system does not let us make namespaces: ${said}` };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Starts a Node program of ours with an IPC channel, confined as the report allows. */
export function spawnConfined(
  entry: string,
  confinement: Confinement,
  report: SandboxReport,
  stdio: StdioOptions,
): ChildProcess {
  const paths = { read: [...new Set(confinement.read.filter((p) => existsSync(p)))], write: confinement.write };
  const grants = !confinement.permissionModel
    ? []
    : [
        '--disable-warning=SecurityWarning',
        '--permission',
        ...paths.read.flatMap((p) => [`--allow-fs-read=${p}`]),
        ...paths.write.flatMap((p) => [`--allow-fs-read=${p}`, `--allow-fs-write=${p}`]),
      ];
  const node = [process.execPath, ...(confinement.nodeOptions ?? []), ...grants, entry];
  if (report.level === 'none') return spawn(node[0]!, node.slice(1), { stdio, env: environment() });
  const root = mkdtempSync(join(tmpdir(), 'netsentinel-root-'));
  const shown = [process.execPath, ...paths.read].flatMap((p) => ['-r', p]);
  const writable = paths.write.flatMap((p) => ['-w', p]);
  const uid = report.level === 'root' ? UIDS[confinement.user] : 0;
  const child = spawn(
    'unshare',
    [
      ...namespaces(report.level === 'root', confinement.noNetwork),
      'sh',
      SCRIPT,
      root,
      String(uid),
      ...shown,
      ...writable,
      '--',
      ...node,
    ],
    { stdio, env: environment() },
  );
  child.once('exit', () => rmSync(root, { recursive: true, force: true }));
  return child;
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

function namespaces(isRoot: boolean, noNetwork: boolean): string[] {
  const own = noNetwork ? ['--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'] : [];
  return [...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', ...own];
}

/** Nothing of the caller's environment reaches a process of ours but what it needs to find its way and its time zone. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, TZ, LANG, NODE_V8_COVERAGE } = process.env;
  return {
    PATH: PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    ...(TZ === undefined ? {} : { TZ }),
    ...(LANG === undefined ? {} : { LANG }),
    ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }),
  };
}

/**
 * The enforcer keeps one right, to change the firewall, and gives up every other: as root with nothing but `CAP_NET_ADMIN`. It sees no
 * attacker's bytes, and its audit must reach the disk, which the permission model would not let it.
 */
export function spawnEnforcer(entry: string, stdio: StdioOptions): ChildProcess {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', entry];
  const setpriv = process.getuid?.() === 0 ? findTool('setpriv') : undefined;
  if (setpriv === undefined) return spawn(node[0]!, node.slice(1), { stdio, env: environment() });
  return spawn(setpriv, ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all,+net_admin', ...node], {
    stdio,
    env: environment(),
  });
}
