/** Our shell beside the real bash: scripts of builtins alone, the same output, errors and status. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand, testMachine } from './shell-session.fixture.ts';

const scripts = readFileSync(join(import.meta.dirname, 'fixtures/pure-shell-scripts.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.replaceAll('⏎', '\n'));
const bash = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path));
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(bash === undefined)('the shell answers as bash does', () => {
  test.each(scripts.map((script, at) => [at + 1, script] as const))('%i: %s', async (_, script) => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-'));
    folders.push(folder);
    const real = spawnSync(bash!, ['--norc', '-c', script], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' },
      argv0: 'bash',
      input: '',
      encoding: 'utf8',
      timeout: 10_000,
    });
    const ours = await runCommand(testMachine(), `mkdir /tmp/t; cd /tmp/t; LC_ALL=C.UTF-8\n${script}`);
    const shift = (text: string): string =>
      text.replace(/line (\d+)/g, (_all, line: string) => `line ${Number(line) - 1}`);
    expect({
      out: ours.stdout,
      err: shift(ours.stderr),
      status: 'code' in ours.status ? ours.status.code : ours.status.signal,
    }).toEqual({ out: real.stdout, err: real.stderr, status: real.status });
  });
});
