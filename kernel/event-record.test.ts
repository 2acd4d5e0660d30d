import type { Event } from '@netsentinel/contracts/event';
import { expect, it } from 'vitest';
import { decodeEvent, encodeEvent, eventText } from './event-record.ts';
import { pack } from './pack.ts';

const event = (more: Partial<Event> = {}): Event => ({
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: { id: 'a~b~1', ingested: '2026-11-21T09:30:00.000Z', kind: 'event', dataset: 'd' },
  netsentinel: { sensor: { id: 's', type: 't' }, source_verified: true, actor: '-' },
  ...more,
});

it('is the JSON of the event, and gives it back', () => {
  const one = event({ message: 'text "é" \u{1f600} \n' });
  expect(Buffer.from(encodeEvent(one)).toString()).toBe(JSON.stringify(one));
  expect(decodeEvent(encodeEvent(one))).toEqual(one);
  expect(eventText(encodeEvent(one))).toEqual(encodeEvent(one));
});

it('says in JSON whatever a frame can hold', () => {
  const odd = event({ message: '\ud83d', zeek: { big: 2n ** 60n, not: Number.NaN } });
  expect(decodeEvent(encodeEvent(odd))).toEqual({
    ...odd,
    message: '\ufffd',
    zeek: { big: String(2n ** 60n), not: null },
  });
});

it('reads what older streams hold', () => {
  expect(decodeEvent(pack(event()))).toEqual(event());
  expect(eventText(pack(event()))).toEqual(encodeEvent(event()));
});

it('throws on what is no event', () => {
  expect(() => decodeEvent(Buffer.from('{"a":'))).toThrow(SyntaxError);
});
