/** The scanner against `JSON.parse` and the plain definition of an event's words. */
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { wordsOf } from '@netsentinel/testkit/reference/event-store.reference';
import type { Event } from '@netsentinel/contracts/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventScanner } from './event-scan.ts';
import { searchHashes, WordHashes } from './event-words.ts';

const PATHS = [
  '@timestamp',
  'event.id',
  'event.action',
  'source.ip',
  'source.geo.country_iso_code',
  'source.port',
  'user.name',
];

function scanned(bytes: Uint8Array): { values: Record<string, unknown>; words: Set<string> } {
  const json = Buffer.from(bytes);
  const values: Record<string, unknown> = {};
  const hashes = new WordHashes();
  const scanner = new EventScanner(
    PATHS.map((path) => path.split('.')),
    {
      text: (place, from, to) => (values[PATHS[place]!] = json.toString('utf8', from, to)),
      escaped: (place, text) => (values[PATHS[place]!] = text),
      number: (place, value) => (values[PATHS[place]!] = value),
    },
  );
  // Neighbours on both sides, as in a batch.
  const among = Buffer.concat([json, json, json]);
  scanner.scan(among, json.length, json.length * 2, new WordHashes());
  scanner.scan(json, 0, json.length, hashes);
  const words = Array.from({ length: hashes.length }, (_, i) => `${hashes.first[i]}~${hashes.second[i]}`);
  return { values, words: new Set(words) };
}

function valueAt(event: unknown, path: string): unknown {
  const value = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], event);
  return typeof value === 'object' ? undefined : value;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('a', 'B', '7', '.', '-', ' ', '"', '\\', '\n', 'é', '\u{1f600}', '}', ']', ','),
    maxLength: 20,
  }),
);
const vendor = fc.dictionary(text, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 });

describe('a scanned event', () => {
  it('has the values and the words that the parsed one has', () => {
    fc.assert(
      fc.property(text, text, vendor, fc.double(), (message, name, suricata, port) => {
        const event = eventFixture(1, {
          message,
          user: { name },
          suricata,
          source: { ip: '203.0.113.7', port, geo: { country_iso_code: 'DE' } },
        });
        const bytes = encodeEvent(event);
        const parsed = JSON.parse(Buffer.from(bytes).toString()) as Event;
        const { values, words } = scanned(bytes);
        for (const path of PATHS) expect(values[path]).toEqual(valueAt(parsed, path) ?? undefined);
        const expected = new Set(
          [...wordsOf(parsed)].flatMap((word) => searchHashes(word).map((hash) => `${hash.first}~${hash.second}`)),
        );
        for (const word of expected) expect(words).toContain(word);
        const unknown = [...words].filter((word) => !expected.has(word));
        expect(unknown).toEqual([]);
      }),
    );
  });

  it('leaves its id and its times out of the words, and what lies too deep', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100; i++) deep = [deep];
    const { values, words } = scanned(
      encodeEvent(eventFixture(3, { event: { id: 'the-id', original: 'raw' }, suricata: { deep } })),
    );
    const has = (word: string): boolean =>
      searchHashes(word).every((hash) => words.has(`${hash.first}~${hash.second}`));
    expect(values['event.id']).toBe('the-id');
    expect(has('raw')).toBe(true);
    expect(['the-id', 'bottom', '2026'].filter(has)).toEqual([]);
  });

  it('is refused wherever its text breaks off', () => {
    const whole = encodeEvent(eventFixture(1, { message: 'a "quoted" text', suricata: { list: [1, [true, null]] } }));
    for (let length = 1; length < whole.length; length++)
      expect(() => scanned(whole.subarray(0, length))).toThrow('its text is not whole');
  });
});
