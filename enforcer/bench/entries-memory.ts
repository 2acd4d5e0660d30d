/** What blocks in force cost in memory: an enforcer of its own, as the launcher starts it, and the programs that it keeps running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../fault-child.ts', import.meta.url));
/** As many as are on their way at once. */
const BATCH = 1000;
/** What is freed in the background is freed by then. */
const CALM_MS = 3000;

/** `settings` as `fault-child.ts` takes them; `orders` in force, one after another. Answers megabytes that are resident more than without any. */
export async function entriesMemory(options: {
  readonly orders: readonly object[];
  readonly namespace: string;
  readonly settings: object;
  readonly nodeOptions: readonly string[];
}): Promise<number> {
  const { orders, namespace, settings, nodeOptions } = options;
  const directory = mkdtempSync(join(tmpdir(), 'enforcer-memory-'));
  const args = [...nodeOptions, PROGRAM, directory, namespace, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    let [said, wake] = [0, (): void => {}];
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!/"(ready|verified)"/.test(line)) return;
      said += 1;
      wake();
    });
    const told = async (count: number): Promise<void> => {
      while (said < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    await told(1);
    const without = await calmMb(child.pid);
    for (let i = 0; i < orders.length; i += BATCH) {
      const batch = orders.slice(i, i + BATCH);
      child.stdin.write(batch.map((order) => `${JSON.stringify(order)}\n`).join(''));
      await told(1 + i + batch.length);
    }
    return (await calmMb(child.pid)) - without;
  } finally {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function calmMb(pid = 0): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
  return [pid, ...childrenOf(pid)].reduce((sum, one) => sum + rssMb(one), 0);
}

/** The programs that this process runs. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((one) => one > 0 && statusOf(one).includes(`\nPPid:\t${pid}\n`));
}

/** Resident memory; 0 of a process that has ended. */
function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(statusOf(pid))?.[1] ?? 0) / 1024;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
