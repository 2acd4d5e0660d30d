/** Nothing is done about a recorded attack, by whichever way it is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger as log } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { createCasework } from './casework.ts';
import { createDismissals } from './not-an-attack.ts';
import { carryOut } from './notify-orders.ts';
import { createResponseOrders } from './response-orders.ts';

const clock = new ManualClock(1_000_000);
const ID = 'tour~ssh-intruder';
const never = (): never => {
  throw new Error('nobody may be asked');
};
let folder: string;
let state: StateStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-recorded-'));
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log, clock });
  await state.transaction(async (tx) => {
    await tx.putIncident(sampleIncident(ID, 0));
    await tx.putIncident(sampleIncident('mine', 0));
  });
});
afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['work', () => casework().change(ID, { status: 'in-work' }, 'ada')],
  ['closing', () => casework().change(ID, { status: 'closed', reason: 'x' }, 'ada')],
  ['a note', () => casework().note(ID, 'x', 'ada')],
  ['merging it', () => casework().merge(ID, { into: 'mine' }, 'ada')],
  ['merging into it', () => casework().merge('mine', { into: ID }, 'ada')],
  ['a dismissal', () => dismissals().dismiss(ID, { reason: 'x', days: 1 }, 'ada')],
  [
    'a block',
    () => orders().order({ measure: 'block', target: '203.0.113.9', ttlMs: 1000, reason: '', incident: ID }, 'ada'),
  ],
  ['an acknowledgement', () => acknowledge()],
] as const)('%s is refused', async (_, ask) => {
  await expect(ask()).rejects.toMatchObject({ code: 'INCIDENT_RECORDED', fault: 'user' });
  expect(await state.read.work(ID)).toBeUndefined();
  expect(await state.read.work('mine')).toBeUndefined();
  expect(await state.read.exceptions()).toEqual([]);
  expect(await state.read.actions()).toEqual([]);
  expect((await state.read.incident(ID))?.status).toBe(sampleIncident(ID, 0).status);
});

function casework(): ReturnType<typeof createCasework> {
  // As analysis does: what is written with a change is in its transaction.
  const changeIncident = async (id: string, _: unknown, write?: (tx: never) => Promise<void>): Promise<undefined> => {
    await state.transaction(async (tx) => write?.(tx as never));
    await state.read.incident(id);
  };
  return createCasework({ state, clock, analysis: { changeIncident }, onWork: never });
}

function dismissals(): ReturnType<typeof createDismissals> {
  return createDismissals({ state, clock, analysis: { changeIncident: never }, reload: never, revert: never });
}

function orders(): ReturnType<typeof createResponseOrders> {
  return createResponseOrders({
    state,
    clock,
    policy: { responder: 'nftables' },
    trafficDays: 1,
    enforcer: { ask: never, send: never },
    dispatcher: { revert: never },
    analysis: { carryOut: never },
    onPlanned: never,
  });
}

function acknowledge(): Promise<unknown> {
  const alerting = new Proxy({}, { get: () => never }) as never;
  return carryOut({ what: 'ack', incident: ID, by: 'ada' }, { alerting, analysis: { changeIncident: never }, clock });
}
