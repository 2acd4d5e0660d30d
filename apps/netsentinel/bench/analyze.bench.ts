/**
 * `analyze` as its user runs it, over the logs of a network that we write first (`mixed-logs/`): mostly background, and attackers whose number is known. Its
 * process is watched from outside.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HOME } from '../cli/settings.ts';
import { writeLogs, type WrittenLogs } from './mixed-logs/write-logs.ts';

export interface AnalyzeBenchOptions {
  readonly gigabytes: number;
  readonly attackers: number;
  readonly moves: number;
  readonly seed: number;
  /** Where logs are written, and stay for the next run; empty: they go when all is done. */
  readonly folder: string;
}

const SAMPLE_MS = 100;
/** What Linux counts processor time in. */
const TICK_S = 0.01;

export async function benchAnalyze(options: AnalyzeBenchOptions): Promise<Record<string, number | boolean>> {
  const kept = options.folder !== '';
  const folder = kept ? options.folder : mkdtempSync(join(tmpdir(), 'netsentinel-analyze-'));
  const remove = (): void => {
    if (!kept) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    const written = logsIn(folder, options);
    return { ...(await analyzed(join(folder, 'logs'), join(folder, 'data'), written)) };
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Those that an earlier run wrote alike are taken as they are. */
function logsIn(folder: string, { gigabytes, attackers, moves, seed }: AnalyzeBenchOptions): WrittenLogs {
  const note = join(folder, 'written.json');
  const wanted = `${gigabytes} GB, ${attackers} attackers with ${moves} moves, seed ${seed}`;
  if (existsSync(note)) {
    const known = JSON.parse(readFileSync(note, 'utf8')) as WrittenLogs & { readonly wanted: string };
    if (known.wanted === wanted) return known;
    rmSync(note);
  }
  const logs = join(folder, 'logs');
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const written = writeLogs({ folder: logs, bytes: gigabytes * 1e9, attackers, moves, seed });
  writeFileSync(note, JSON.stringify({ ...written, wanted }));
  return written;
}

async function analyzed(logs: string, data: string, written: WrittenLogs): Promise<Record<string, number | boolean>> {
  const started = performance.now();
  const child = spawn(join(HOME, 'netsentinel'), ['analyze', logs, '--json'], {
    env: { ...process.env, NETSENTINEL_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (): boolean => child.kill();
  process.once('exit', stop);
  let peakBytes = 0;
  let cpuTicks = 0;
  const look = (): void => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid!));
    cpuTicks = Math.max(cpuTicks, ticksOf(child.pid!));
  };
  const watch = setInterval(look, SAMPLE_MS);
  const found = new Set<string>();
  let incidents = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    incidents++;
    const { attacker } = JSON.parse(line) as { attacker: { ip?: string } };
    if (attacker.ip !== undefined) found.add(attacker.ip);
  }
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)));
  const wallS = (performance.now() - started) / 1000;
  clearInterval(watch);
  process.off('exit', stop);
  const planted = new Set(written.attackers);
  const attackersFound = [...found].filter((ip) => planted.has(ip)).length;
  return {
    gigabytes: round(written.bytes / 1e9),
    lines: written.lines,
    wall_seconds: round(wallS),
    cpu_seconds: round(cpuTicks * TICK_S),
    lines_per_second: Math.round(written.lines / wallS),
    cpu_microseconds_per_line: round((cpuTicks * TICK_S * 1e6) / written.lines),
    peak_rss_megabytes: Math.round(peakBytes / 1e6),
    attackers: planted.size,
    attackers_found: attackersFound,
    incidents,
    others_blamed: found.size - attackersFound,
    failed: code !== 0,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Of all its threads: the most memory it has had resident, in bytes. */
function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Of all its threads: processor time, its own and the kernel's. */
function ticksOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
