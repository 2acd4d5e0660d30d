/** What every state store must remember for playbooks: part of the state store's suite. */
import { Playbook } from '@netsentinel/contracts/playbook';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

export function runFixture(id: string, changes: Partial<PlaybookRun> = {}): PlaybookRun {
  return {
    id,
    playbook: Playbook.parse({
      id: 'p',
      version: 1,
      title: `'; drop table playbook_runs; -- \u{1f480}`,
      when: { condition: 'x' },
      steps: [{ note: 'Seen.' }],
    }),
    mode: 'run',
    incident: 'i1',
    actor: '192.0.2.1',
    status: 'done',
    startedAt: 1000,
    updatedAt: 1000,
    steps: [{ path: '1', status: 'done', attempts: 1 }],
    undo: [],
    recorded: 0,
    unconfirmed: [],
    ...changes,
  };
}

/** @param reopen closes the store and opens it again */
export function playbookBookCases(store: () => StateStore, reopen: () => Promise<StateStore>): void {
  it('knows which incidents playbooks are to look at, and the soonest word counts', async () => {
    await store().transaction(async (tx) => {
      await tx.playbookDue('i1', 500);
      await tx.playbookDue('i1', 300);
      await tx.playbookDue('i1', 400);
      await tx.playbookDue('i2', 200);
      await tx.playbookDue('later', 9000);
    });
    expect(await store().read.duePlaybooks(400, 10)).toEqual(['i2', 'i1']);
    expect(await store().read.duePlaybooks(400, 1)).toEqual(['i2']);
    const again = await reopen();
    await again.transaction(async (tx) => {
      await tx.setPlaybookDue('i2', undefined);
      await tx.setPlaybookDue('i1', 700);
    });
    expect(await again.read.duePlaybooks(400, 10)).toEqual([]);
    expect(await again.read.nextPlaybookAt()).toBe(700);
    await again.transaction(async (tx) => {
      for (const id of ['i1', 'later']) await tx.setPlaybookDue(id, undefined);
    });
    expect(await again.read.nextPlaybookAt()).toBeUndefined();
  });

  it('keeps runs, those with something left to do for ever', async () => {
    const line = {
      id: 'run-c/1',
      run: 'run-c',
      playbook: 'p',
      version: 1,
      mode: 'run' as const,
      incident: 'i1',
      step: '',
      what: 'run',
      outcome: 'done',
      detail: '',
    };
    const all = [
      runFixture('run-d', { startedAt: 4000, updatedAt: 4000 }),
      runFixture('run-c', { startedAt: 3000, updatedAt: 3000, unconfirmed: [line] }),
      runFixture('run-b', { startedAt: 2000, updatedAt: 9000, status: 'running', dueAt: 9500 }),
      runFixture('run-a'),
    ];
    await store().transaction(async (tx) => {
      for (const one of all) await tx.putPlaybookRun({ ...one, actor: 'before' });
      for (const one of all) await tx.putPlaybookRun(one);
    });
    const again = await reopen();
    const ids = async (open?: boolean): Promise<string[]> =>
      (await again.read.playbookRuns(open === undefined ? {} : { open })).map(({ id }) => id);
    expect(await again.read.playbookRuns()).toEqual(all);
    expect(await again.read.playbookRun('run-b')).toEqual(all[2]);
    expect(await again.read.playbookRun('run-z')).toBeUndefined();
    expect([await ids(true), await ids(false)]).toEqual([
      ['run-c', 'run-b'],
      ['run-d', 'run-a'],
    ]);
    expect(await again.read.playbookRuns({ limit: 1 })).toEqual([all[0]]);
    expect(await again.read.runsSince(2000)).toBe(3);
    expect(await again.transaction((tx) => tx.prunePlaybookRuns(2000, 100))).toBe(1);
    expect(await ids()).toEqual(['run-d', 'run-c', 'run-b']);
    expect(await again.transaction((tx) => tx.prunePlaybookRuns(2000, 0))).toBe(1);
    expect(await ids()).toEqual(['run-c', 'run-b']);
  });
}
