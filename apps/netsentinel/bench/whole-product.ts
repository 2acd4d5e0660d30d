/** Starts the whole product as its user does, on a folder of its own, for benchmarks and faults. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { HOME } from '../cli/settings.ts';
import { codeCacheFolder } from '../launcher/code-cache.ts';

const START_MS = 60_000;
/** /proc counts in hundredths of a second. */
const MS_PER_TICK = 10;
/** As the `netsentinel` script starts `up`. */
const LAUNCHER_OPTIONS = ['--expose-gc', '--max-semi-space-size=1', '--no-opt', '--no-maglev'];

export interface WholeProduct {
  readonly process: ChildProcess;
  readonly folder: string;
  /** Milliseconds from start to everything listening. */
  readonly startedInMs: number;
  readonly consoleUrl: string;
  /** Names to process ids, of this moment. */
  pids(): Record<string, number>;
  /** Called with every line that `up --json` prints from now on. */
  onLine(listener: (line: Record<string, unknown>) => void): void;
  stop(): Promise<void>;
}

export interface WholeProductOptions {
  readonly config: Record<string, unknown>;
  /** A data folder to go on with; a new one otherwise. */
  readonly folder?: string;
  /** Runs it inside this network namespace. */
  readonly netns?: string;
  /** Leading words that run it elsewhere, such as in a mount namespace of its own as well; instead of `netns`. */
  readonly enter?: readonly string[];
  readonly keepFolder?: boolean;
}

export async function startWholeProduct(options: WholeProductOptions): Promise<WholeProduct> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'netsentinel-whole-'));
  const file = join(folder, 'netsentinel.yaml');
  writeFileSync(file, stringify({ data: join(folder, 'data'), ...options.config }));
  const command = [
    process.execPath,
    ...LAUNCHER_OPTIONS,
    '--disable-warning=ExperimentalWarning',
    join(HOME, 'apps', 'netsentinel', 'main.ts'),
    '--config',
    file,
    'up',
    '--json',
  ];
  if (options.netns !== undefined) command.unshift('ip', 'netns', 'exec', options.netns);
  if (options.enter !== undefined) command.unshift(...options.enter);
  const started = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: codeCacheFolder(HOME), MALLOC_ARENA_MAX: '2' },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-8000)));
  const listeners: ((line: Record<string, unknown>) => void)[] = [];
  const listening = new Promise<{ console: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line['t'] === 'listening') resolve(line as { console: string });
      for (const listener of listeners) listener(line);
    });
    child.once('exit', () =>
      reject(new NetSentinelError('BENCH_START', 'operational', `the product did not start: ${errors}`)),
    );
    setTimeout(
      () =>
        reject(
          new NetSentinelError(
            'BENCH_START',
            'operational',
            `the product did not start in ${START_MS / 1000} s: ${errors}`,
          ),
        ),
      START_MS,
    ).unref();
  });
  try {
    const ready = await listening;
    const startedInMs = performance.now() - started;
    return {
      process: child,
      folder,
      startedInMs,
      consoleUrl: ready.console,
      pids: () => namedPids(child.pid!),
      onLine: (listener) => void listeners.push(listener),
      stop: async () => {
        if (child.exitCode === null && child.signalCode === null) {
          const gone = once(child, 'exit');
          child.kill('SIGTERM');
          await gone;
        }
        if (options.keepFolder !== true) rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The process and all it started, by what they are. */
function namedPids(root: number): Record<string, number> {
  const named: Record<string, number> = { launcher: root };
  for (const pid of descendants(root)) {
    const line = commandLine(pid);
    // `unshare` stays as the parent of a process in its own process table; the program is its child.
    if (line.startsWith('unshare')) continue;
    if (line.includes('decoy-host.ts')) named['decoy-host'] = pid;
    else if (line.includes('platform.ts')) named['platform'] = pid;
    else if (line.includes('collector-host.ts')) named['collector'] = pid;
    // Asleep it is a shell, with the program's name on its command line already.
    else if (line.includes('watcher-host.ts')) named['watcher'] = pid;
    else if (line.includes('enforcer-host.ts')) named['enforcer'] = pid;
    else if (line.includes('capture-host.ts')) named['capture'] = pid;
  }
  return named;
}

export function descendants(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked.
    }
  }
  const found: number[] = [];
  const visit = (pid: number): void => {
    for (const child of parents.get(pid) ?? []) {
      found.push(child);
      visit(child);
    }
  };
  visit(root);
  return found;
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Resident memory in bytes, as the kernel counts it. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Processor time that a process has used so far, of user and system. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
