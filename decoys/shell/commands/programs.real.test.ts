/** The same command lines on the same small tree, on our machine and with the real Debian programs: what is printed must be equal to the byte. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, testMachine } from '../shell-session.fixture.ts';
import type { Machine } from '../shell.types.ts';

/** Nothing in them depends on inodes, sizes of folders or the time of day. */
const LINES = readFileSync(new URL('fixtures/programs.lines.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

const SETUP = [
  'mkdir -p sub/deep empty',
  "printf 'root:x:0:0:root:/root:/bin/bash\\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\\nalice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\\n' > passwd",
  "printf 'banana 3\\napple 10\\ncherry 2\\napple 10\\nDate 7\\n\\nelder 1.5\\n' > fruit",
  "printf 'one two  three\\n\\tfour five\\nsix' > words",
  "printf '10\\n9\\n100\\n-5\\n3.5\\n' > numbers",
  "printf 'The quick brown fox\\njumps over the lazy dog\\nTHE END\\n' > text",
  "printf 'a,b,c\\n1,2,3\\nx,,z\\n' > table.csv",
  "printf '\\000\\001\\002binary\\377\\n' > bin",
  'printf "x" > "a b"',
  ': > zero',
  "printf 'hidden\\n' > .hidden",
  "printf 'deep\\n' > sub/deep/file.txt",
  "printf 'log line 1\\nlog line 2\\n' > sub/log.txt",
  'ln -s fruit link',
  'ln -s nowhere broken',
  'chmod 755 text',
  'chmod 600 numbers',
  'chmod 4755 table.csv',
  "touch -h -d @1700000000 link broken; touch -d @1700000000 passwd fruit words numbers text table.csv bin 'a b' zero .hidden sub/deep/file.txt sub/log.txt sub/deep sub empty",
].join('; ');
const ENVIRONMENT = 'export LC_ALL=C TZ=UTC; ';

describe('our programs beside the real ones', () => {
  let folder = '';
  let machine: Machine;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'programs-'));
    execFileSync('bash', ['-c', ENVIRONMENT + SETUP], { cwd: folder });
    machine = testMachine();
    await runCommand(machine, `mkdir ${folder}; cd ${folder}; ${ENVIRONMENT}${SETUP}`);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(LINES)('%s', async (line) => {
    const real = spawnSync('bash', ['-c', `cd ${folder}; ${ENVIRONMENT}${line}`], { encoding: 'utf8' });
    const ours = await runCommand(machine, `cd ${folder}; ${ENVIRONMENT}${line}`);
    expect({ stdout: ours.stdout, stderr: ours.stderr, status: ours.status }).toEqual({
      stdout: real.stdout,
      stderr: real.stderr,
      status: { code: real.status },
    });
  });
});
