import { expect, it } from 'vitest';
import { Event } from '@netsentinel/contracts/event';
import { normaliseRecord } from './collected.ts';

const STAMP = {
  sensor: { id: 'auth', type: 'tail' },
  epoch: 'file000001',
  sequence: 120,
  receivedAt: Date.UTC(2026, 10, 21),
  sourceVerified: true,
};

it('a document becomes an event', () => {
  const result = normaliseRecord({ t: 'document', document: { event: { dataset: 'system.auth' } } }, STAMP);
  expect(result.ok && result.value.event).toMatchObject({ id: 'auth~file000001~3c', dataset: 'system.auth' });
});

it.each([
  ['a refusal', { t: 'refused', module: 'system', reason: 'no time', original: 'x' }],
  ['a refusal of hostile types', { t: 'refused', module: {}, reason: 7, original: ['x'] }],
  ['a refusal with a hostile module', { t: 'refused', module: '../x\u001b[31m', reason: 'a', original: 'b' }],
  ['no document', { t: 'document', document: 'text' }],
  ['a document without an event', { t: 'document', document: { event: [] } }],
])('%s becomes the event that stands for it', (_what, record) => {
  const result = normaliseRecord(record, STAMP);
  expect(result.ok).toBe(false);
  const event = result.ok ? undefined : result.error;
  expect(Event.safeParse(event).success).toBe(true);
  expect(event?.event).toMatchObject({ kind: 'pipeline_error', id: 'auth~file000001~3c' });
  expect(event?.netsentinel.source_verified).toBe(false);
});
