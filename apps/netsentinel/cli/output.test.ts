import { describe, expect, it, vi } from 'vitest';
import { harmless } from './harmless-terminal.ts';
import { paint, safe, span, table, when } from './output.ts';

describe('output', () => {
  it('is coloured on a terminal only, and not where nobody wants it', () => {
    const terminal = { isTTY: true } as NodeJS.WriteStream;
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm');
    expect(paint('x', 'red', terminal)).toBe('\u001b[31mx\u001b[0m');
    expect(paint('x', 'red', { isTTY: false } as NodeJS.WriteStream)).toBe('x');
    vi.stubEnv('TERM', 'dumb');
    expect(paint('x', 'red', terminal)).toBe('x');
    vi.stubEnv('TERM', 'xterm');
    vi.stubEnv('NO_COLOR', '1');
    expect(paint('x', 'red', terminal)).toBe('x');
    vi.unstubAllEnvs();
  });

  it('aligns columns, coloured or not', () => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => (written.push(String(text)), true));
    table(
      ['a', 'long title', 'c'],
      [
        ['\u001b[31mred\u001b[0m', 'x', 'end'],
        ['r', 'y'],
      ],
    );
    spy.mockRestore();
    expect(written).toEqual(['a    long title  c\n', '\u001b[31mred\u001b[0m  x           end\n', 'r    y\n']);
  });

  it('says times and spans in words of people', () => {
    expect(when(new Date(2026, 10, 21, 9, 5, 3).getTime())).toBe('2026-11-21 09:05:03');
    expect([0, 499, 61_000, 3_600_000, 90_061_000, -5].map(span)).toEqual([
      '0 s',
      '0 s',
      '1 m 1 s',
      '1 h',
      '1 d 1 h',
      '0 s',
    ]);
    expect(safe('a\u001b[2Jb', 4)).toBe('a\\u{1b}[2…');
  });
});

describe('a harmless terminal', () => {
  it.each([
    ['text', 'plain\r\n\ttext\b', 'plain\r\n\ttext\b'],
    ['colours and cursor', '\u001b[1;31mx\u001b[2J\u001b[10;5H\u001b[K', '\u001b[1;31mx\u001b[2J\u001b[10;5H\u001b[K'],
    ['a title', '\u001b]0;owned\u0007', '\\x1b]0;owned'],
    ['the clipboard', '\u001b]52;c;AAAA\u001b\\', '\\x1b]52;c;AAAA\\x1b\\'],
    ['questions', '\u001b[c\u001b[6n\u001b[5n\u001bZ', '\\x1b[c\\x1b[6n\\x1b[5n\\x1bZ'],
    ['modes that would stay', '\u001b[?1049h\u001b[?25lx', 'x'],
    ['other modes', '\u001b[?1000h', '\\x1b[?1000h'],
    ['reset and character sets', '\u001bc\u001b(0\u000e', '\\x1bc\\x1b(0\\x0e'],
    ['device control', '\u001bP+q544e\u001b\\\u0090x\u009c', '\\x1bP+q544e\\x1b\\\\x90x\\x9c'],
    ['an escape cut short', 'x\u001b[', 'x\\x1b['],
    ['an escape without an end', `\u001b[${'1'.repeat(100)}m`, `\\x1b[${'1'.repeat(100)}m`],
    ['controls inside an escape', '\u001b[\u001b[31m', '\\x1b[\u001b[31m'],
    ['8-bit escapes', '\u009b31m\u009d0;x\u0007', '\\x9b31m\\x9d0;x'],
  ])('lets drawing pass and shows the rest: %s', (_, input, output) => {
    expect(harmless(input)).toBe(output);
  });
});
