/** For tests: an enforcer as a process of its own (`fault-child.ts`), which is given orders and killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Measure } from '@netsentinel/contracts/action';
import { vi } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./fault-child.ts', import.meta.url));

export interface EnforcerChild {
  readonly process: ChildProcess;
  /** Resolves once it has said this word: a status, `ready`. */
  told(word: string): Promise<void>;
  order(id: string, measure: Measure, target: string, ttlMs: number): void;
  /** By SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Resolves when it is ready. `settings`: of nftables in this network namespace, or `responders`. */
export async function startEnforcerChild(
  directory: string,
  namespace: string,
  settings: object,
): Promise<EnforcerChild> {
  const args = [PROGRAM, directory, namespace, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const told = async (word: string): Promise<void> => {
    await vi.waitUntil(() => said.join('\n').includes(`"${word}"`), { timeout: 30_000 });
  };
  await told('ready');
  return {
    process: child,
    told,
    order: (id, measure, target, ttlMs) => {
      const what = { kind: 'block', id, measure, target, expiresAt: Date.now() + ttlMs };
      const why = { reason: 'test', incident: 'i1', sourceVerified: true };
      child.stdin.write(`${JSON.stringify({ ...what, ...why })}\n`);
    },
    kill: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}
