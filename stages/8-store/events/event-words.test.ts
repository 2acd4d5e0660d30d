import { wordsOf } from '@netsentinel/testkit/reference/event-store.reference';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactHash, searchHashes, searchWords, WordHashes, type WordHash } from './event-words.ts';

const key = ({ first, second }: WordHash): string => `${first}~${second}`;

const listed = (hashes: WordHashes): string[] =>
  Array.from({ length: hashes.length }, (_, i) => key({ first: hashes.first[i]!, second: hashes.second[i]! }));

function hashesOf(text: string): Set<string> {
  const hashes = new WordHashes();
  hashes.addText(text);
  return new Set(listed(hashes));
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

  it('keep exact texts apart', () => {
    expect(key(exactHash(1, 'a'))).not.toBe(key(exactHash(2, 'a')));
    expect(hashesOf('a')).not.toContain(key(exactHash(1, 'a')));
  });

  it('grow without bound of their own', () => {
    expect(hashesOf(Array.from({ length: 5000 }, (_, i) => `w${i}`).join(' ')).size).toBe(5000);
  });

  it('are the same out of the bytes of a JSON string, where those are plain', () => {
    const piece = fc.constantFrom('a', 'B', '.', '-', ' ', '_', '7', '/', '\u007f');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const quoted = new WordHashes();
        expect(quoted.addQuoted(Buffer.from(`"${text}","more"`), 1)).toBe(text.length + 1);
        const plain = new WordHashes();
        plain.addText(text);
        expect(listed(quoted)).toEqual(listed(plain));
      }),
    );
  });

  it.each(['an é', 'two\nlines', 'a "quote"', 'a-é', 'never closed'])('are left to be read as text: %j', (text) => {
    const hashes = new WordHashes();
    hashes.addText('before');
    const json = Buffer.from(JSON.stringify(text)).subarray(0, text.startsWith('never') ? text.length + 1 : undefined);
    expect(hashes.addQuoted(json, 1)).toBe(-1);
    expect(hashes.length).toBe(1);
  });
});
