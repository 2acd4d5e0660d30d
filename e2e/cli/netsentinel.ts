/** Runs the command line as its users do, each time with a hard end, on folders of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'apps', 'netsentinel', 'main.ts');
const RUN_MS = 30_000;
const START_MS = 60_000;

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** The line that says that everything listens. */
  readonly listening: {
    readonly sandbox: { level: string };
    readonly pids: Readonly<Record<string, number>>;
    readonly console: string;
  };
  readonly lines: Record<string, unknown>[];
  err(): string;
  /** Resolves with the first line, already seen or to come, that fits. */
  until(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface RunOptions {
  readonly cwd: string;
  /** Runs as this user; only root may ask. */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What `up` itself is given: `--persona`, `ubuntu-22.04-web` … */
  readonly choice?: readonly string[];
}

function start(args: readonly string[], options: RunOptions): ChildProcess {
  const { NETSENTINEL_CONFIG: _, NETSENTINEL_DATA: __, ...env } = process.env;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, NODE_V8_COVERAGE: '', ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
}

/** One command, to its end. */
export async function run(args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = start(args, options);
  const text = { out: '', err: '' };
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, ...text };
}

/** `up --json`, until it listens. */
export async function up(args: readonly string[], options: RunOptions): Promise<Started> {
  const child = start([...args, 'up', '--json', ...(options.choice ?? [])], options);
  const lines: Record<string, unknown>[] = [];
  let errors = '';
  let waiting: {
    wanted: (line: Record<string, unknown>) => boolean;
    resolve: (line: Record<string, unknown>) => void;
  }[] = [];
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  createInterface({ input: child.stdout! }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    waiting = waiting.filter((one) => {
      if (!one.wanted(line)) return true;
      one.resolve(line);
      return false;
    });
  });
  const until: Started['until'] = (wanted) => {
    const seen = lines.find(wanted);
    return seen === undefined ? new Promise((resolve) => waiting.push({ wanted, resolve })) : Promise.resolve(seen);
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const listening = await Promise.race([
    until((line) => line['t'] === 'listening'),
    once(child, 'close').then(() => {
      throw new Error(`it did not start: ${errors}`);
    }),
  ]);
  clearTimeout(timer);
  return {
    child,
    listening: listening as unknown as Started['listening'],
    lines,
    err: () => errors,
    until,
    stop: async (signal = 'SIGINT') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'close') as Promise<[number | null]>;
      child.kill(signal);
      const hard = setTimeout(() => child.kill('SIGKILL'), RUN_MS);
      const [code] = await gone;
      clearTimeout(hard);
      return code;
    },
  };
}
