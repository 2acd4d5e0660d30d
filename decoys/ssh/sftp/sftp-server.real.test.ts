/** Our SFTP server against the sftp-server of the machine's OpenSSH: the same conversation, the same answers. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { expect, test } from 'vitest';
import { sftpScript } from './sftp-script.ts';
import { SftpServer } from './sftp-server.ts';
import { describe as text, emptyFileSystem, message, ROOT, splitMessages } from './sftp-test-tools.ts';

const REAL = '/usr/lib/openssh/sftp-server';
const requests = [message(1, { u32: 3 }), ...sftpScript()];

async function realAnswers(home: string): Promise<Buffer[]> {
  const server = spawn(REAL, ['-u', '022'], { cwd: home, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers: Buffer[] = [];
  let received: Buffer = Buffer.alloc(0);
  // One by one: at the end of its input the real one leaves unanswered what it has not come to.
  const next = (): void => {
    const request = requests[answers.length];
    if (request === undefined) server.stdin.end();
    else server.stdin.write(request);
  };
  server.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const whole = splitMessages(received);
    if (whole.length === answers.length) return;
    answers.push(...whole.slice(answers.length));
    next();
  });
  next();
  await new Promise((resolve) => server.on('close', resolve));
  return answers;
}

test.skipIf(!existsSync(REAL))('every answer is that of the real sftp-server', async () => {
  const base = mkdtempSync(path.join(tmpdir(), 'sftp-real-'));
  chmodSync(base, 0o755);
  const home = path.join(base, 'home');
  mkdirSync(home);
  chmodSync(home, 0o755);
  const name = (id: number): string | undefined =>
    id === 0 ? 'root' : id === 1 ? 'daemon' : id === 2 ? 'bin' : undefined;
  const ours: Buffer[] = [];
  const server = new SftpServer({
    fs: emptyFileSystem(systemClock, [home]),
    user: { ...ROOT, name: 'root', home },
    send: (chunk) => void ours.push(Buffer.from(chunk)),
    observe: () => {},
    clock: systemClock,
    names: { user: name, group: name },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  try {
    const real = await realAnswers(home);
    for (const request of requests) server.input(request);
    const now = Math.floor(Date.now() / 1000);
    const shown = (answers: readonly Buffer[]) => answers.map((answer) => text(answer, now));
    expect(shown(splitMessages(Buffer.concat(ours)))).toEqual(shown(real));
    expect(real.length).toBe(requests.length);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
