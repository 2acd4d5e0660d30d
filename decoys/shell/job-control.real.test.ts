/** Stopped jobs as the real `ssh` client on a terminal sees them. */
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { canRunSshd } from '@netsentinel/testkit/real-sshd';
import { createSshHarness } from '@netsentinel/testkit/ssh-harness';
import { createPersona } from '../persona/persona.ts';
import { openMachine } from './machine.ts';

it.runIf(canRunSshd())('stops, lists, resumes and ends a job over ssh -tt', { timeout: 60_000 }, async () => {
  const decoy = createSshHarness({
    persona: createPersona(Buffer.alloc(32, 5), 'debian-12-server'),
    openMachine,
    config: {
      credentials: { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false, weakPairs: false },
      failureDelayMs: 20,
    },
  });
  const port = await decoy.listen();
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((each) => [
    '-o',
    each,
  ]);
  const client = spawn(
    'sshpass',
    ['-p', 'toor', 'ssh', '-tt', '-F', 'none', ...options, '-p', String(port), 'root@127.0.0.1'],
    {
      env: { ...process.env, TERM: 'dumb' },
    },
  );
  let screen = '';
  let heard: (() => void) | undefined;
  client.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    heard?.();
  });
  const ended = new Promise<number | null>((resolve) => client.on('exit', resolve));
  const say = async (keys: string, answer: RegExp): Promise<void> => {
    const from = screen.length;
    client.stdin.write(keys);
    while (!answer.test(screen.slice(from))) await new Promise<void>((resolve) => (heard = resolve));
  };
  try {
    await say('', /# $/);
    await say('sleep 100\r', /sleep 100\r\n$/);
    await say('\x1a', /\^Z\r\n\[1\]\+ {2}Stopped {17}sleep 100\r\n.*# $/);
    await say('sleep 200 | cat\r', /cat\r\n$/);
    await say('\x1a', /\[2\]\+ {2}Stopped {17}sleep 200 \| cat\r\n.*# $/);
    await say('bg %1\r', /\[1\][+-] sleep 100 &\r\n.*# $/);
    await say('jobs\r', /\[1\]- {2}Running {17}sleep 100 &\r\n\[2\]\+ {2}Stopped {17}sleep 200 \| cat\r\n.*# $/);
    await say('kill %1\r', /\[1\]- {2}Terminated {14}sleep 100\r\n.*# $/);
    await say('fg\r', /\r\nsleep 200 \| cat\r\n$/);
    await say('\x03', /\^C\r\n.*# $/);
    client.stdin.write('exit 4\r');
    expect(await ended).toBe(4);
  } finally {
    client.kill();
    await decoy.close();
  }
  expect(decoy.failures).toEqual([]);
});
