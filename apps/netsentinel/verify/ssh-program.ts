/**
 * The `ssh` of this machine as a fingerprinter's hands: what it says of the server in its debugging lines, when each refusal came, and what a command printed.
 * Without one there is no SSH client here, and whatever needs it is skipped.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { reachable } from './probe.ts';
import type { VerifyTarget } from './verify.types.ts';

const LIMIT_MS = 40_000;
const MAX_OUTPUT = 256 * 1024;

export interface SshRun {
  /** Milliseconds that each refused password took. */
  readonly refusals: readonly number[];
  readonly debug: string;
  readonly output: string;
  readonly isIn: boolean;
}

/** Undefined where there is no `ssh`. */
export async function runSsh(
  target: VerifyTarget,
  how: { readonly user: string; readonly password: string; readonly tries: number; readonly command: string },
): Promise<SshRun | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-ssh-'));
  const askPass = join(folder, 'password');
  writeFileSync(askPass, `#!/bin/sh\nprintf '%s\\n' '${how.password}'\n`);
  chmodSync(askPass, 0o700);
  try {
    return await play(target, how, askPass);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(
  target: VerifyTarget,
  { user, tries, command }: { readonly user: string; readonly tries: number; readonly command: string },
  askPass: string,
): Promise<SshRun | undefined> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'GlobalKnownHostsFile=/dev/null',
    'PubkeyAuthentication=no',
    'PreferredAuthentications=password,keyboard-interactive',
    `NumberOfPasswordPrompts=${tries}`,
    'ConnectTimeout=5',
  ];
  const child = spawn(
    'ssh',
    [
      '-F',
      'none',
      '-vv',
      '-T',
      '-p',
      String(target.port),
      ...options.flatMap((option) => ['-o', option]),
      ...(target.from === undefined || target.from.includes(':') ? [] : ['-b', target.from]),
      `${user}@${reachable(target.address)}`,
      command,
    ],
    {
      env: { PATH: process.env['PATH'], SSH_ASKPASS: askPass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    },
  );
  const refusals: number[] = [];
  let [debug, output, since, isIn] = ['', '', 0, false];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (debug.length < MAX_OUTPUT) debug += `${line}\n`;
    if (/^debug1: Next authentication method: (?:password|keyboard-interactive)/.test(line)) since = performance.now();
    else if (since > 0 && line.startsWith('debug1: Authentications that can continue')) {
      refusals.push(performance.now() - since);
      since = performance.now();
    } else if (/^Authenticated to |debug1: Authentication succeeded/.test(line)) isIn = true;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (output.length < MAX_OUTPUT) output += chunk.toString('latin1');
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    void once(child, 'close').then(
      () => resolve({ refusals, debug, output, isIn }),
      () => {},
    );
  });
}
