import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { loadConfig } from '@netsentinel/kernel/config';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { runFixture } from '@netsentinel/testkit/contracts/playbook-book.cases';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { planPlaybooks } from '../config/playbook-plan.ts';
import { dataFolder, installSeed, prepareDataFolder, type DataFolder } from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';

let top: string;
let folder: DataFolder;
let config: string;
const cli = (...args: string[]): ReturnType<typeof captured> => captured(['--config', config, 'playbook', ...args]);
const MINE = `id: mine
version: 2
title: Mine
when: { bad: { techniques: T1105 }, condition: bad }
steps:
  - notify: { to: [ops], text: Look }
  - note: Seen.
`;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-playbook-'));
  folder = dataFolder(join(top, 'data'));
  config = join(top, 'netsentinel.yaml');
  configure('');
  writeFileSync(join(top, 'mine.yml'), MINE);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function configure(text: string): void {
  writeFileSync(config, `data: ${folder.root}\n${text}\n`);
}
const plan = (text: string) =>
  planPlaybooks(loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text: `playbooks: ${text}` }), config);
const modes = (text: string): Record<string, string> =>
  Object.fromEntries((plan(text)?.playbooks ?? []).map(({ playbook, mode }) => [playbook.id, mode]));

async function fill(...runs: PlaybookRun[]): Promise<void> {
  prepareDataFolder(folder, undefined);
  installSeed(folder);
  const state = await openSqliteStateStore({ file: join(folder.platform, 'state.db'), log: silentLogger });
  await state.transaction(async (tx) => {
    await tx.putIncident(sampleIncident('inc-1', Date.now() - 60_000, { title: 'A \u001b[31mbreak-in' }));
    await tx.putIncident(sampleIncident('inc-2', Date.now() - 9 * 86_400_000));
    for (const run of runs) await tx.putPlaybookRun(run);
  });
  await state.close();
}

describe('what playbooks may do', () => {
  it('is nothing where nothing is said, and no more than to simulate where little is', () => {
    expect(planPlaybooks(loadConfig(NetSentinelConfig, { file: 'x', text: '' }), config)).toBeUndefined();
    expect(plan('{ modes: { hold-intruder: run } }')).toBeUndefined();
    expect(plan('{ mode: off, modes: { hold-intruder: run } }')).toBeUndefined();
    expect(new Set(Object.values(modes('{ mode: simulate }')))).toEqual(new Set(['simulate']));
    const own = '{ mode: run, files: [./mine.yml], modes: { hold-intruder: run, night-watch: off } }';
    expect(() => plan(own)).toThrow(/there is no notifier "ops"/);
    writeFileSync(join(top, 'mine.yml'), MINE.replace('to: [ops], ', ''));
    expect(modes(own)).toMatchObject({ mine: 'run', 'hold-intruder': 'run', 'web-exploit': 'simulate' });
    expect(modes(own)).not.toHaveProperty('night-watch');
    expect(() => plan('{ mode: run, modes: { hold-intruders: run } }')).toThrow(
      /there is no playbook "hold-intruders"/,
    );
  });
});

describe('playbook, where nothing runs', () => {
  it('lists them, with what each may do', async () => {
    expect((await cli('list')).out).toMatch(/hold-intruder\s+1\s+off\s+block\+notify → approve → block → note/);
    configure('playbooks: { mode: simulate, modes: { decoy-intruder: run } }');
    const lines = (await cli('list', '--json')).out.trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ id: 'decoy-intruder', mode: 'run', version: 1 }),
    );
  });

  it('checks files and folders, names what is missing here, and fails where one is wrong', async () => {
    const good = await cli('check', join(top, 'mine.yml'));
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('good, 0 cases') as string });
    expect(good.err).toContain('there is no notifier "ops" here');
    writeFileSync(join(top, 'bad.yml'), MINE.replace('techniques', 'technique'));
    const bad = await cli('check', top);
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('there is no field "technique"; did you mean "techniques"?');
    expect((await cli('check', join(top, 'none.yml'))).code).toBe(4);
  });

  it('says what one would have done about past incidents', async () => {
    await fill();
    const { out } = await cli('test', join(top, 'mine.yml'), '--since', '7d');
    expect(out).toContain('inc-1');
    expect(out).toContain('1: would tell ops: Look\n  2: would note: Seen.');
    expect(out).toContain('1 of 1 incidents of the last 7d');
    expect(out).not.toContain('\u001b[31m');
    const lines = (await cli('test', 'web-exploit', '--since', '30d', '--json')).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { incident: string }).incident)).toEqual(['inc-2', 'inc-1']);
  });

  it('shows runs and what they wait for, and needs the platform for an answer', async () => {
    const { playbook } = runFixture('x');
    const asking: PlaybookRun = runFixture('run-2', {
      status: 'running',
      playbook: { ...playbook, steps: [{ approve: { question: 'Cut them off?' } }] },
      steps: [{ path: '1', status: 'running', attempts: 1 }],
    });
    await fill(runFixture('run-1', { mode: 'simulate' }), asking);
    const { out } = await cli('runs');
    expect(out).toMatch(/run-1 .* done \(simulated\)/);
    expect(out).toMatch(/run-2 .* waits for you: Cut them off\?/);
    expect((await cli('runs', '--open', '--json')).out.trim().split('\n')).toHaveLength(1);
    expect((await cli('approve', 'run-2')).code).toBe(3);
    expect(await cli('deny', 'run-')).toMatchObject({
      code: 4,
      err: expect.stringContaining('2 runs begin') as string,
    });
    expect((await cli('cancel', 'run-9')).code).toBe(4);
    expect((await cli('runs', '--limit', '0')).code).toBe(2);
  });
});
