import { expect, it } from 'vitest';
import { timeOf } from './event-time.ts';

const at = Date.UTC(2026, 6, 28, 11, 44, 53, 919);

it.each([
  [{ '@timestamp': '2026-07-28T11:44:53.919Z' }],
  [{ '@timestamp': '2026-07-28T13:44:53.919+02:00' }],
  [{ UtcTime: '2026-07-28 11:44:53.919' }],
  [{ Event: { System: { TimeCreated: { '#attributes': { SystemTime: '2026-07-28T11:44:53.919000Z' } } } } }],
  [{ TimeCreated_SystemTime: '2026-07-28T11:44:53.919000Z' }],
  [{ ts: at / 1_000 }],
  [{ ts: String(at / 1_000) }],
  [{ time: at }],
  [{ timestamp: at * 1_000 }],
  [{ timestamp: '2026-07-28 11:44:53,919' }],
  [{ TimeCreated: `/Date(${at})/` }],
  [{ '@timestamp': 'yesterday', ts: at }],
])('%j', (event) => {
  expect(timeOf(event)).toBeCloseTo(at, -1);
});

it.each([
  [{}],
  [null],
  ['text'],
  [{ ts: -1 }],
  [{ time: {} }],
  [{ time: 'x'.repeat(1_000) }],
  [{ ts: Number.NaN }],
  [{ date: '1e400' }],
])('finds no time in %j', (event) => {
  expect(timeOf(event)).toBeUndefined();
});
