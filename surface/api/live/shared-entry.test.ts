/** What is taken for a message of another platform, and what is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { macOf, MAX_ENTRY_BYTES, readEntry, readId, textOf, type SharedStream } from './shared-entry.ts';

const SECRET = 's'.repeat(32);
const entry = { from: 'one', number: 7, name: 'incident', body: summaryOf(sampleIncident('i1', 1)) };

function fieldsOf(json: string, stream: SharedStream = 'incidents', epoch = 5, secret = SECRET): string[] {
  return ['v', json, 'm', macOf(secret, stream, epoch, json)];
}
const read = (fields: unknown): unknown => readEntry(SECRET, 'incidents', 5, fields);

describe('an entry', () => {
  it('is read as it was written', () => {
    expect(read(fieldsOf(textOf(entry)))).toEqual(entry);
    expect(read(fieldsOf(textOf({ ...entry, name: 'begin', body: null })))).toMatchObject({ name: 'begin' });
  });

  it('of another secret, stream, epoch or text is none', () => {
    const json = textOf(entry);
    expect(read(fieldsOf(json, 'incidents', 5, 'another'))).toBeUndefined();
    expect(read(fieldsOf(json, 'actions'))).toBeUndefined();
    expect(read(fieldsOf(json, 'incidents', 6))).toBeUndefined();
    expect(read([...fieldsOf(json).slice(0, 3), ''])).toBeUndefined();
    expect(read(['v', `${json} `, ...fieldsOf(json).slice(2)])).toBeUndefined();
  });

  it('is none where a platform of ours would not have written it, even with its secret', () => {
    const wrong = [
      textOf({ ...entry, name: 'action' }),
      textOf({ ...entry, name: '__proto__' }),
      textOf({ ...entry, number: 0 }),
      textOf({ ...entry, number: 1.5 }),
      textOf({ ...entry, from: 'x'.repeat(33) }),
      textOf({ ...entry, body: { ...entry.body, score: 'high' } }),
      textOf({ ...entry, body: { ...entry.body, more: 1 } }),
      JSON.stringify([...(JSON.parse(textOf(entry)) as unknown[]), 1]),
      '{',
      '['.repeat(50_000),
      'null',
      textOf({ ...entry, name: 'begin', body: 'x'.repeat(MAX_ENTRY_BYTES) }),
    ];
    for (const json of wrong) expect([json.slice(0, 60), read(fieldsOf(json))]).toEqual([json.slice(0, 60), undefined]);
  });

  it('is none whatever else Redis answers', () => {
    const text = fc.string({ maxLength: 40 });
    const reply = fc.anything({ values: [text, fc.constant('v'), fc.constant('m'), fc.integer(), fc.constant(null)] });
    fc.assert(
      fc.property(fc.oneof(reply, fc.array(reply, { maxLength: 5 })), (fields) => {
        expect(read(fields)).toBeUndefined();
      }),
    );
  });
});

it('reads ids within what numbers hold', () => {
  expect(readId('1795446810081-12')).toEqual({ epoch: 1_795_446_810_081, offset: 12 });
  for (const id of ['18446744073709551615-1', '1-18446744073709551615', '9999999999999999-1', '1', '-1-1', '', 7, null])
    expect([id, readId(id)]).toEqual([id, undefined]);
});
