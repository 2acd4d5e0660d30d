import { describe, expect, test } from 'vitest';
import { effortOf } from './effort.ts';
import { LineBuffer } from './line-buffer.ts';
import { LineEditor } from './line-editor.ts';

const HISTORY = Array.from({ length: 1000 }, (_, i) => `echo ${String(i).padEnd(4000, 'x')}`);
const ORDINARY = Array.from({ length: 1000 }, (_, i) => `grep -r ${i} /var/log`);
const KEYS = 48 * 1024;
/** What is shown of a character costs it twice at most: painted, and gone back over; and each key has some sequences of its own. */
const SHOWN_OF_A_CHARACTER = 2;
const SHOWN_OF_A_KEY = 500;

function typed(
  keys: Iterable<string>,
  history = HISTORY,
): { shown: string; lines: string[]; read: number; keys: number } {
  const done = { shown: '', lines: [] as string[], read: 0, keys: 0 };
  const written: string[] = [];
  class Counted extends LineBuffer {
    override at(index: number): string {
      done.read++;
      return super.at(index);
    }

    override slice(from: number, to?: number): string {
      const text = super.slice(from, to);
      done.read += text.length;
      return text;
    }
  }
  const host = {
    write: (text: string) => void written.push(text),
    history: () => history,
    complete: () => ({ word: '', candidates: ['one', 'other'] }),
  };
  const editor = new LineEditor(host, true, () => new Counted());
  editor.begin('$ ');
  for (const key of keys) {
    done.keys++;
    const event = editor.feed(key);
    if (event === undefined) continue;
    if (event.kind === 'line') done.lines.push(event.line);
    editor.begin('$ ');
  }
  done.shown = written.join('');
  return done;
}

describe('what is shown', () => {
  test.each([
    ['a key in the middle', 'abc\x02\x02X', 'abc\b\bXbc\b\b'],
    ['a key taken out', 'abc\x01\x04', 'abc\b\b\bbc\x1b[K\b\b'],
    ['the rest of the line', 'abc\x02\x0b', 'abc\b\x1b[K'],
    ['what was taken out, put back', 'ab \x17\x19', 'ab \b\b\b\x1b[Kab '],
    ['words back and forth', 'a bc\x1bb\x1bb\x1bf', 'a bc\b\b\b\ba'],
    ['a character of four bytes', '😀b\x02\x7f', '😀b\b\bb\x1b[K\b'],
  ])('%s', (_name, keys, shown) => {
    expect(typed(keys).shown).toBe(`\x1b[?2004h$ ${shown}`);
  });

  test('far from the cursor the terminal shifts what stands there', () => {
    const { shown, lines } = typed(`${'y'.repeat(3000)}\x01ab\x04\x05z\r`);
    expect(shown).toContain('\x1b[3000D\x1b[1@a\x1b[1@b\x1b[1P\x1b[2999Cz');
    expect(lines).toEqual([`ab${'y'.repeat(2999)}z`]);
  });
});

describe('what hostile keys cost', () => {
  function* repeated(first: string, keys: string): Iterable<string> {
    yield* first;
    for (let i = 0; i < KEYS; i += keys.length) yield* keys;
  }
  const long = 'z'.repeat(1500);
  const longest = 'w '.repeat(30_000);
  test.each([
    ['keys in the middle of a line', long + '\x01', 'a'],
    ['keys taken out of its middle', long + long + '\x01', 'ab\x04\x7f'],
    ['both ends of a long line', longest, '\x01a\x05b'],
    ['words of a long line', longest, '\x1bb\x1bb\x1bb\x1bf'],
    ['a line that is one word', 'w'.repeat(60_000), '\x1bb\x1bf'],
    ['all of it cut and put back', longest, '\x15\x19'],
    ['old lines', '', '\x10\x10\x0e'],
    ['old lines given up', '', '\x10\x03'],
    ['searches', '', '\x12x1\x7f\x07'],
    ['a search for what is nowhere', '\x12', '~\x7f'],
    ['painting it all again', longest, '\x0c'],
    ['completions', longest, 'a\t\t\x03'],
  ])('%s', (_name, first, keys) => {
    const cost = typed(repeated(first, keys));
    const most = effortOf(cost.keys);
    expect(cost.read).toBeLessThan(2 * most + SHOWN_OF_A_KEY * cost.keys);
    expect(cost.shown.length).toBeLessThan(SHOWN_OF_A_CHARACTER * most + SHOWN_OF_A_KEY * cost.keys);
  });

  test('a person at a keyboard never hears of it', () => {
    const { shown, lines } = typed(`${long}\x01some\x1bfwords\x10\x10\x0e\x15\x19\x12 77\r`.repeat(100), ORDINARY);
    expect(shown.includes('\x07')).toBe(false);
    expect(lines).toHaveLength(100);
  });
});

test('a line buffer is a list of characters with a cursor', () => {
  const buffer = new LineBuffer();
  let chars: string[] = [];
  let cursor = 0;
  let state = 7;
  const random = (below: number): number => (state = (state * 48_271) % 0x7fff_ffff) % below;
  for (let i = 0; i < 5000; i++) {
    const at = random(chars.length + 1);
    if (random(3) === 0) buffer.moveTo((cursor = at));
    else if (random(3) > 0) {
      const text = [String(i), '😀'];
      buffer.insert(text);
      chars.splice(cursor, 0, ...text);
      cursor += 2;
    } else if (random(100) === 0) {
      chars = ['a', 'b'];
      buffer.replace([...chars]);
      cursor = 2;
    } else {
      const to = Math.min(chars.length, at + random(6));
      buffer.remove(at, to);
      chars.splice(at, to - at);
      cursor = at;
    }
    expect(buffer.length).toBe(chars.length);
    expect(buffer.cursor).toBe(cursor);
  }
  expect(buffer.slice(0)).toBe(chars.join(''));
});
