/** moto, which answers as AWS does, from a virtual environment in `MOTO_ROOT` (`.ci/run` makes it). Everything in it is forgotten at `reset`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const MOTO = join(process.env['MOTO_ROOT'] ?? '/nonexistent', 'bin', 'moto_server');
const PAUSE_MS = 50;
/** It is Python, and a machine may be busy. */
const ATTEMPTS = 1200;

export const motoMissing = !existsSync(MOTO);

export interface Moto {
  readonly endpoint: string;
  /** With a key that moto takes as it takes any. */
  readonly credentialsFile: string;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-moto-'));
  const credentialsFile = join(folder, 'credentials');
  writeFileSync(credentialsFile, '[default]\naws_access_key_id = AKIATEST\naws_secret_access_key = test\n');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const reset = async (): Promise<void> => {
    const { status } = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    if (status !== 200) throw new Error(`moto answers ${status}`);
  };
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt === ATTEMPTS) throw new Error('moto does not answer');
    try {
      await reset();
      break;
    } catch {
      await sleep(PAUSE_MS);
    }
  }
  return {
    endpoint,
    credentialsFile,
    reset,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
