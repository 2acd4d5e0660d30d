/** People's work on incidents beside running analysis, on a real store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersonsCasework } from '@netsentinel/api/api.types';
import type { WorkNews } from '@netsentinel/contracts/casework';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { sampleBlock } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, FakeState, FakeStream, login, startAnalysis, stopAnalysis } from './analysis.fixture.ts';
import { createCasework } from './casework.ts';

const ADA = 'console:ada';
let folder: string;
let state: StateStore;
let stream: FakeStream;
let casework: PersonsCasework;
let told: WorkNews[];
let settled: (events: number) => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'casework-'));
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger });
  await state.transaction((tx) => tx.putAccount({ name: 'ada', passwordHash: '', role: 'analyst', createdAt: 1 }));
  stream = new FakeStream();
  const running = await startAnalysis(stream, Object.assign(new FakeState(), { port: state }));
  settled = running.settled;
  told = [];
  const { analysis, clock } = running;
  casework = createCasework({ state, clock, analysis, onWork: (work) => told.push(work) });
});
afterEach(async () => {
  await stopAnalysis();
  await state.close();
  rmSync(folder, { recursive: true });
});

/** The incident of the attacker's moves so far, the newest. */
async function incidentId(): Promise<string> {
  const { incidents } = await state.read.incidents();
  return incidents.find(({ status }) => status !== 'closed')!.id;
}
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('people’s work', () => {
  it('and the attacker’s moves do not overwrite each other', async () => {
    stream.feed(login('success'));
    await settled(1);
    const id = await incidentId();
    await casework.change(id, { version: 0, assignee: 'ada', status: 'in-work' }, ADA);
    stream.feed(command('id'));
    await settled(2);
    const note = await casework.note(id, 'they looked around', ADA);
    stream.feed(command('uname -a'));
    await settled(3);
    expect(await state.read.work(id)).toEqual(note);
    expect(note).toMatchObject({ assignee: 'ada', status: 'in-work', version: 3 });
    expect(note.entries.map(({ kind, by }) => [kind, by])).toEqual([
      ['assigned', ADA],
      ['status', ADA],
      ['note', ADA],
    ]);
    expect((await state.read.incident(id))?.commands.map(({ input }) => input)).toEqual(['id', 'uname -a']);
    expect(told.at(-1)).toEqual({ incident: id, status: 'in-work', assignee: 'ada', version: 3 });
  });

  it('is not changed from a version that somebody else has changed', async () => {
    stream.feed(login('success'));
    await settled(1);
    const id = await incidentId();
    await casework.change(id, { version: 0, status: 'in-work' }, ADA);
    expect(await codeOf(casework.change(id, { version: 0, assignee: 'ada' }, 'console:bob'))).toBe('WORK_CHANGED');
    expect(await codeOf(casework.change(id, { version: 0, status: 'closed', reason: 'x' }, 'console:bob'))).toBe(
      'WORK_CHANGED',
    );
    expect(await state.read.work(id)).toMatchObject({ status: 'in-work', version: 1 });
    expect((await state.read.incident(id))?.status).not.toBe('closed');
    expect(await codeOf(casework.change(id, { assignee: 'nobody-here' }, ADA))).toBe('WORK_NO_ACCOUNT');
    expect(await codeOf(casework.change('none', { status: 'closed', reason: 'x' }, ADA))).toBe('WORK_NO_INCIDENT');
    expect(await codeOf(casework.note('none', 'x', ADA))).toBe('WORK_NO_INCIDENT');
  });

  it('that is closed ends the story with its reason: the next move opens another', async () => {
    stream.feed(login('success'));
    await settled(1);
    const id = await incidentId();
    expect(await casework.change(id, { status: 'closed', reason: 'dealt with' }, ADA)).toMatchObject({
      status: 'closed',
      entries: [{ kind: 'status', status: 'closed', reason: 'dealt with', by: ADA }],
    });
    const closed = await state.read.incident(id);
    expect(closed?.status).toBe('closed');
    expect(closed?.timeline.at(-1)).toMatchObject({ title: 'Closed', detail: `${ADA}: dealt with` });
    stream.feed(login('success'));
    await settled(2);
    expect(await incidentId()).not.toBe(id);
  });

  it('makes one incident of two: each names the other, and story and blocks stay where they are', async () => {
    stream.feed(login('success'));
    await settled(1);
    const part = await incidentId();
    await casework.change(part, { status: 'closed', reason: 'for now' }, ADA);
    stream.feed(login('success'));
    await settled(2);
    const whole = await incidentId();
    const block = sampleBlock('a1', (await state.read.incident(part))!, Date.now());
    await state.transaction((tx) => tx.putAction(block));
    const commands = (await state.read.incident(part))!.timeline.length;

    expect(await casework.merge(part, { into: whole, reason: 'the same person' }, ADA)).toMatchObject({
      status: 'closed',
      mergedInto: whole,
    });
    expect(await state.read.work(whole)).toMatchObject({
      merged: [part],
      entries: [{ kind: 'took-in', incident: part }],
    });
    expect((await state.read.incident(part))?.timeline.length).toBe(commands);
    expect((await state.read.actions({ incident: part })).map(({ id }) => id)).toContain('a1');
    expect(told.slice(-2).map(({ incident }) => incident)).toEqual([part, whole]);

    expect(await codeOf(casework.merge(part, { into: whole }, ADA))).toBe('WORK_MERGED');
    expect(await codeOf(casework.merge(whole, { into: part }, ADA))).toBe('WORK_MERGED');
    expect(await codeOf(casework.merge(whole, { into: whole }, ADA))).toBe('WORK_MERGED');
    expect(await codeOf(casework.merge(whole, { into: 'none' }, ADA))).toBe('WORK_NO_INCIDENT');
    expect(await codeOf(casework.change(part, { status: 'open' }, ADA))).toBe('WORK_MERGED');
    // What was refused has changed nothing.
    expect((await state.read.incident(whole))?.status).not.toBe('closed');
  });
});
