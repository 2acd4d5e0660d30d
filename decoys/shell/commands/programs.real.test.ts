/**
 * The same command lines on the same small tree, on our machine and with the real Debian programs: what is printed must be equal to the byte.
 * With `NETSENTINEL_RECORD=1` the real answers are written to `fixtures/programs.json`, which `programs.test.ts` replays without them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Machine } from '../shell.types.ts';
import { type Answer, ENVIRONMENT, LINES, ourAnswer, SETUP, TREE, treeMachine } from './fixtures/program-lines.ts';

const RECORD = process.env['NETSENTINEL_RECORD'] === '1';

describe('our programs beside the real ones', () => {
  let folder = '';
  let machine: () => Machine;
  const recorded: [line: string, stdout: string, stderr: string, status: number | string][] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'programs-'));
    execFileSync('mkdir', ['template', 'bin'], { cwd: folder });
    symlinkSync('/usr/bin/mawk', join(folder, 'bin', 'awk'));
    execFileSync('bash', ['-c', ENVIRONMENT + SETUP], { cwd: join(folder, 'template') });
    machine = await treeMachine();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (!RECORD) return;
    const rows = recorded.map((row) => JSON.stringify(row));
    writeFileSync(new URL('fixtures/programs.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`);
  });

  function realAnswer(line: string): Answer {
    const tree = join(folder, 'tree');
    rmSync(tree, { recursive: true, force: true });
    cpSync(join(folder, 'template'), tree, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    execFileSync('touch', ['-h', '-d', '@1700000000', 'link', 'broken'], { cwd: tree });
    const real = spawnSync('bash', ['--norc', '-c', `cd ${tree}; ${ENVIRONMENT}${line}`], {
      encoding: 'utf8',
      // Debian's own awk, whatever else was installed since.
      env: {
        PATH: `${join(folder, 'bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOME: '/root',
        LANG: 'C.UTF-8',
      },
      timeout: 20_000,
    });
    const ofOurs = (text: string): string => text.replaceAll(tree, TREE);
    return { stdout: ofOurs(real.stdout), stderr: ofOurs(real.stderr), status: real.status ?? real.signal ?? -1 };
  }

  it.each(LINES)('%s', async (line) => {
    const real = realAnswer(line);
    recorded.push([line, real.stdout, real.stderr, real.status]);
    expect(await ourAnswer(machine(), line)).toEqual(real);
  });
});
