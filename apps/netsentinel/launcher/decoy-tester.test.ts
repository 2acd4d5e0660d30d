/** The launcher's part of a test of the decoys: one at a time, ended in time, and no word believed that is none. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@netsentinel/kernel/log';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import { DecoyTester } from './decoy-tester.ts';

const folder = mkdtempSync(join(tmpdir(), 'decoy-tester-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const decoy = (id: string): PlannedDecoy => ({
  id,
  type: 'ssh',
  transport: 'tcp',
  address: '127.0.0.1',
  port: 2222,
  movable: false,
  persona: 'web',
  options: {},
  where: 'here',
});

/** `program`: what the process does with the message that it is asked by. */
function tester(program: string, { stopped = [] as readonly string[], testMs = 20_000 } = {}): DecoyTester {
  const path = join(folder, 'program.mjs');
  writeFileSync(path, `process.once('message', (asked) => { ${program} });`);
  return new DecoyTester({
    plan: { personas: { web: { file: undefined, seed: Buffer.alloc(32, 1).toString('base64') } } },
    decoys: [decoy('ssh-1'), decoy('ssh-2')],
    isStopped: (id) => stopped.includes(id),
    install: Buffer.alloc(32, 2),
    spawn: () => {
      const child = fork(path, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      children.push(child);
      return child;
    },
    log: silentLogger,
    testMs,
  });
}

const ORDER = { t: 'test-decoys', address: '127.20.0.1' } as const;
const refused = (message: string) => ({ t: 'decoys-tested', error: { code: 'DECOYS_NOT_TESTED', message } });

describe('a test of the decoys', () => {
  it('is of all that listen, by machine, from the address that was announced', async () => {
    const echo = `process.send({ t: 'verdict', verdict: { from: asked.from, of: asked.machines.map(({ id, decoys }) => [id, ...decoys.map((one) => one.id)]) } })`;
    expect(await tester(echo, { stopped: ['ssh-2'] }).obey(ORDER)).toEqual({
      t: 'decoys-tested',
      verdict: { from: '127.20.0.1', of: [['web', 'ssh-1']] },
    });
    expect(await tester(echo, { stopped: ['ssh-1', 'ssh-2'] }).obey(ORDER)).toMatchObject(
      refused('no decoy listens, so there is none to test'),
    );
  });

  it('runs once at a time, and again afterwards', async () => {
    const one = tester(`setTimeout(() => process.send({ t: 'verdict', verdict: {} }), 50)`);
    const first = one.obey(ORDER);
    expect(await one.obey(ORDER)).toMatchObject(refused('the decoys are being tested already'));
    expect(await first).toEqual({ t: 'decoys-tested', verdict: {} });
    expect(await one.obey(ORDER)).toEqual({ t: 'decoys-tested', verdict: {} });
  });

  it.each([
    ['says nothing', 'setInterval(() => {}, 1_000)', 200, 'the test took too long'],
    ['ends', 'process.exit(3)', 20_000, 'the test ended with 3; the log says why'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, 20_000, 'the test ended with SIGKILL; the log says why'],
    [
      'says what is no verdict',
      `process.send({ t: 'verdict', verdict: 'fine' })`,
      20_000,
      'the test said what nobody understands',
    ],
    [
      'floods us',
      `process.send({ t: 'x', text: 'y'.repeat(1e6) })`,
      20_000,
      'the test ended with SIGKILL; the log says why',
    ],
  ])('has no result where its process %s', async (_, program, testMs, message) => {
    expect(await tester(program, { testMs }).obey(ORDER)).toMatchObject(refused(message));
  });
});
