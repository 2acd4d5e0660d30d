import { Event, MAX_EVENT_BYTES } from '@netsentinel/contracts/event';
import type { EcsDocument } from '@netsentinel/contracts/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stamp } from './stamp.ts';
import { refusedEvent, toEvent } from './to-event.ts';

const stamp: Stamp = {
  sensor: { id: 'file-1', type: 'file' },
  epoch: 'abc',
  sequence: 7,
  receivedAt: Date.UTC(2026, 10, 21, 10),
  sourceVerified: true,
};
const document: EcsDocument = {
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: { kind: 'event', dataset: 'zeek.ssh', category: ['network'], original: 'line', id: 'Cuid' },
  source: { address: '198.51.100.7', ip: '198.51.100.7', port: 4711, domain: undefined },
  user: { name: 'root' },
  zeek: { ssh: { auth: { success: false, attempts: 3 } } },
};

function event(overrides: Record<string, unknown>): Event {
  const made = toEvent({ ...document, ...overrides }, stamp);
  expect(Event.safeParse(made).error?.issues).toBeUndefined();
  return made;
}

describe('an event out of a document', () => {
  it('has what the document says, and the stamps', () => {
    const made = event({});
    expect(made).toMatchObject({
      '@timestamp': '2026-11-21T09:30:00.000Z',
      event: { id: 'file-1~abc~7', dataset: 'zeek.ssh', original: 'line' },
      source: { ip: '198.51.100.7', port: 4711 },
      related: { ip: ['198.51.100.7'], user: ['root'] },
      zeek: { ssh: { auth: { success: false, attempts: 3 } } },
      netsentinel: { actor: '198.51.100.7', source_verified: true, sensor: { id: 'file-1' } },
    });
    expect(made.netsentinel.dropped).toBeUndefined();
    expect(document.event['id']).toBe('Cuid');
  });

  it('takes single values for lists and numbers in text, as logs write them', () => {
    const made = event({
      event: { dataset: 'x.y', type: 'info', category: 'network', duration: '5.5' },
      source: { ip: '198.51.100.7', port: '22' },
      tls: { server: { x509: { subject: { country: 'DE' } } } },
    });
    expect(made.event).toMatchObject({ type: ['info'], category: ['network'], duration: 5 });
    expect(made.source?.port).toBe(22);
    expect(made.tls?.server?.x509?.subject?.country).toEqual(['DE']);
  });

  it('names what has no place or the wrong type, and keeps the rest', () => {
    const made = event({
      sorce: 1,
      source: { ip: 'www.example.org', port: 70_000 },
      http: { response: { status_code: 'x' } },
      url: { domain: ['first', 'second'] },
    });
    expect(made.netsentinel.dropped?.toSorted()).toEqual([
      'http.response.status_code',
      'sorce',
      'source.ip',
      'source.port',
    ]);
    expect(made.source).toEqual({ address: 'www.example.org' });
    expect(made.url?.domain).toBe('first');
    expect(made.netsentinel.actor).toBe('-');
  });

  it('cuts texts and lists to their bounds, and says so', () => {
    const made = event({
      message: 'x'.repeat(20_000),
      tags: Array.from({ length: 300 }, (_, i) => `t${i}`),
      zeek: { http: { deep: { text: 'y'.repeat(20_000) } } },
    });
    expect(made.message).toHaveLength(16_384);
    expect(made.tags).toHaveLength(256);
    expect(made.netsentinel.truncated?.toSorted()).toEqual(['message', 'tags', 'zeek.http.deep.text']);
  });

  it('bounds what no schema describes', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 1000; i++) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`field${i}`, i]));
    const made = event({
      zeek: { deep, wide, ['n'.repeat(100)]: 1 },
      suricata: JSON.parse('{"__proto__":{"a":1}}'),
    });
    expect(JSON.stringify(made).length).toBeLessThan(MAX_EVENT_BYTES);
    expect(Object.keys(made.zeek!['wide'] as object)).toHaveLength(512);
    expect(made.netsentinel.dropped).toBeDefined();
  });

  it('happened when it was received where the document tells no time, or none that can be', () => {
    for (const time of [undefined, 'yesterday', 7])
      expect(event({ '@timestamp': time })).toMatchObject({
        '@timestamp': '2026-11-21T10:00:00.000Z',
        tags: ['time_missing'],
      });
    expect(event({ '@timestamp': '1970-01-01T00:00:00.000Z' }).tags).toEqual(['time_adjusted']);
  });

  it('comes out of any document', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (some, more) => {
          expect(event({ ...some, event: more, zeek: some, source: more }).event.id).toBe('file-1~abc~7');
        },
      ),
    );
  });
});

it('keeps no name that the schema does not have, not even one without a value', () => {
  const odd = { ...document, source: { ip: '198.51.100.7', service: { name: undefined }, process: undefined } };
  expect(Event.safeParse(toEvent(odd, stamp)).error).toBeUndefined();
});

it('a refused record is an event with its reason and its original, cut', () => {
  const made = refusedEvent({ reason: 'no time', original: 'x'.repeat(100_000) }, stamp, {
    id: 'zeek',
    module: 'zeek',
  });
  expect(Event.safeParse(made).success).toBe(true);
  expect(made).toMatchObject({ event: { kind: 'pipeline_error', dataset: 'zeek.pipeline_error', reason: 'no time' } });
  expect(made.netsentinel.truncated).toEqual(['event.original']);
});

it('an event whose size is known from its characters is within its bound, however they are escaped', () => {
  // The worst that is not measured: characters that JSON writes as six bytes, in as many fields as there may be.
  for (const character of ['\u0000', '\ud800', '€', '"']) {
    for (const length of [50, 500, 8000]) {
      const fields = Object.fromEntries(
        Array.from({ length: 400 }, (_, i) => [`f${i}`, character.repeat(length / 50)]),
      );
      const made = toEvent({ event: { original: character.repeat(length) }, zeek: { x: fields } }, stamp);
      expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    }
  }
});
