import { wordsOf } from '@netsentinel/testkit/reference/event-store.reference';
import { eventFixture } from '@netsentinel/testkit/contracts/event-store.suite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTexts, exactHash, searchHashes, searchWords, WordHashes, type WordHash } from './event-words.ts';

const key = ({ first, second }: WordHash): string => `${first}~${second}`;

function hashesOf(text: string): Set<string> {
  const hashes = new WordHashes();
  hashes.addText(text);
  return new Set(
    Array.from({ length: hashes.length }, (_, i) => key({ first: hashes.first[i]!, second: hashes.second[i]! })),
  );
}

describe('words', () => {
  it.each([
    ['Failed password for ROOT from 203.0.113.7', ['failed', 'password', 'for', 'root', 'from', '203.0.113.7']],
    ['ssh-ed25519 a--b .x. -y- a.-b', ['ssh-ed25519', 'a', 'b', 'x', 'y', 'a', 'b']],
    ['http://evil.example/x.sh?a=1', ['http', 'evil.example', 'x.sh', 'a', '1']],
    ['snake_case \u{1f600} ÜBER', ['snake_case', '\u{1f600}', 'über']],
    ['!!! ... ---', []],
  ])('of %j', (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  it('are found by their hash exactly where the reference has them', () => {
    const piece = fc.constantFrom('a', 'B', '.', '-', ' ', '_', '7', '\0', 'é', 'É', '/', '\u{1f600}', '\u0301', '中');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(piece, { maxLength: 6 }), (textPieces, wordPieces) => {
        const text = textPieces.join('');
        const has = hashesOf(text);
        const expected = wordsOf(eventFixture(0, { message: text }));
        for (const hash of searchHashes(text)) expect(has).toContain(key(hash));
        const others = wordsOf(eventFixture(0, { message: '' }));
        for (const word of searchWords(wordPieces.join('')).filter((candidate) => !others.has(candidate)))
          expect(has.has(key(searchHashes(word)[0]!))).toBe(expected.has(word));
      }),
    );
  });

  it('leave out the id and the timestamps of an event, and keep exact texts apart', () => {
    const texts: string[] = [];
    eventTexts(eventFixture(3, { event: { id: 'the-id', original: 'raw' } }), (text) => texts.push(text));
    expect(texts).toContain('raw');
    expect(texts).not.toContain('the-id');
    expect(texts.some((text) => text.startsWith('2026-'))).toBe(false);
    expect(key(exactHash(1, 'a'))).not.toBe(key(exactHash(2, 'a')));
    expect(hashesOf('a')).not.toContain(key(exactHash(1, 'a')));
  });

  it('grow without bound of their own, and stop at a depth', () => {
    expect(hashesOf(Array.from({ length: 5000 }, (_, i) => `w${i}`).join(' ')).size).toBe(5000);
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100; i++) deep = [deep];
    const texts: string[] = [];
    eventTexts({ suricata: deep }, (text) => texts.push(text));
    expect(texts).toEqual([]);
  });
});
