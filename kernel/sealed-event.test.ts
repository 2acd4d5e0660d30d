import type { Event } from '@netsentinel/contracts/event';
import { expect, it } from 'vitest';
import { encodeEvent, sealedRecords } from './event-record.ts';
import { Keyring, makeKey, passingKeyring } from './keyring.ts';
import { sealEvent } from './sealed-event.ts';
import { SEALED, SealedTexts } from './sealed-text.ts';

const FIELD = 'netsentinel.credential.password';
const TYPED = 'Tr0ub4dor&3"ü';
const keyring = passingKeyring();
const texts = new SealedTexts(keyring);
const records = sealedRecords(texts);

function event(more: Record<string, unknown> = {}, netsentinel: Record<string, unknown> = {}): Event {
  const event = { id: 'a~b~1', kind: 'event', dataset: 'x', original: `line with ${TYPED}` };
  return {
    '@timestamp': '2026-11-21T09:30:00.000Z',
    message: 'Login of root',
    user: { name: 'root' },
    event,
    ...more,
    netsentinel: { sensor: { id: 's', type: 't' }, source_verified: true, actor: '192.0.2.1', ...netsentinel },
  } as unknown as Event;
}

const credential = { method: 'password', password: TYPED, accepted: false };

it('is the same for the same text of the same field and key, and for no other', () => {
  const sealed = texts.seal(FIELD, TYPED);
  expect(sealed).toMatch(new RegExp(`^${SEALED}${keyring.active}\\.[\\w-]+$`));
  expect(texts.seal(FIELD, TYPED)).toBe(sealed);
  expect(texts.seal('url.password', TYPED)).not.toBe(sealed);
  expect(texts.seal(FIELD, `${TYPED} `)).not.toBe(sealed);
  expect(texts.open(FIELD, sealed)).toBe(TYPED);
  expect(texts.open(FIELD, texts.seal(FIELD, ''))).toBe('');
  for (const wrong of [sealed.replace(/(.{8})$/, '$1$1'), sealed.slice(0, -6), `${SEALED}x.`, SEALED, '', 'plain'])
    expect(texts.open(FIELD, wrong)).toBeUndefined();
  expect(texts.open('url.password', sealed)).toBeUndefined();
  expect(new SealedTexts(passingKeyring()).open(FIELD, sealed)).toBeUndefined();
});

it('takes a new key once there is one, and knows all forms of a text', () => {
  const rotating = new Keyring([makeKey(0)], () => {});
  const both = new SealedTexts(rotating);
  const before = both.seal(FIELD, TYPED);
  rotating.rotate(1);
  const after = both.seal(FIELD, TYPED);
  expect(after).not.toBe(before);
  expect(both.formsOf(FIELD, TYPED)).toEqual([TYPED, before, after]);
  expect([before, after].map((one) => both.open(FIELD, one))).toEqual([TYPED, TYPED]);
});

it.each<[string, Event]>([
  ['a login', event({}, { credential })],
  ['the answer to a challenge', event({}, { credential: { method: 'ntlm', response: TYPED } })],
  ['a message that repeats it', event({ message: `Failed: root/${TYPED}` }, { credential })],
  [
    'fields of vendors',
    event({ opencanary: { logdata: { PASSWORD: TYPED, USERNAME: 'root', list: [`x ${TYPED}`, 7] } } }, { credential }),
  ],
  ['all attempts of a session', event({ heralding: { session: { auth_attempts: [{ password: TYPED }, {}] } } })],
  ['the body of a web request', event({ event: { kind: 'event' }, http: { request: { body: { content: TYPED } } } })],
  ['a URL with a parameter', event({ url: { original: `/l?user=a&user_pwd=${TYPED}`, query: `user_pwd=${TYPED}` } })],
  ['a URL with a user', event({ url: { full: `http://root:${TYPED}@h/`, password: TYPED } })],
  ['what could not be parsed', event({ event: { kind: 'pipeline_error', original: `{"password":"${TYPED}"` } })],
  ['what was typed on a screen', event({ event: { kind: 'event' } }, { rdp: { typed: TYPED } })],
])('takes it out of %s, and gives it back', (_, original) => {
  const before = structuredClone(original);
  const record = records.encode(original);
  const text = Buffer.from(record).toString();
  for (const shown of [TYPED, JSON.stringify(TYPED).slice(1, -1)]) expect(text).not.toContain(shown);
  expect(records.decode(record)).toEqual(before);
  expect(original).toEqual(before);
});

it('leaves an event without any as it is, and reads one from before', () => {
  const harmless = event({ url: { original: '/index.php?id=7&compass=', query: 'id=7' }, cowrie: { eventid: 'x' } });
  expect(sealEvent(harmless, texts)).toBe(harmless);
  const old = event({}, { credential });
  expect(records.decode(encodeEvent(old))).toEqual(old);
  const looksSealed = event({ user: { name: `${SEALED}0123456789abcdef.AAAA` } }, { credential });
  expect(records.decode(records.encode(looksSealed))).toEqual(looksSealed);
});

it('survives a typed text that is itself a sealed one', () => {
  const typed = texts.seal(FIELD, 'something');
  const original = event({}, { credential: { password: typed } });
  expect(records.decode(records.encode(original))).toEqual(original);
});

it('looks at a long hostile URL in no time', () => {
  const hostile = event({ url: { original: '?pass&pass'.repeat(1600), query: '//a:'.repeat(4000) } });
  const begin = performance.now();
  sealEvent(hostile, texts);
  expect(performance.now() - begin).toBeLessThan(200);
});
