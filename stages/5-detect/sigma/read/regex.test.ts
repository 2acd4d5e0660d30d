import { describe, expect, test } from 'vitest';
import { translateRegex } from './regex.ts';

function matched(pattern: string, text: string, flags = ''): boolean {
  const { source, flags: all } = translateRegex(pattern, flags, []);
  return new RegExp(source, all).test(text);
}

describe('PCRE in JavaScript', () => {
  test.each<[string, string, boolean]>([
    ['(?i)abc', 'ABC', true],
    ['abc', 'ABC', false],
    ['a(?i)b', 'aB', true],
    ['a(?i)b', 'AB', false],
    // The flag holds for what is behind it in the group, alternatives too.
    ['^(?:a(?i)b|c)$', 'C', true],
    ['^(?:a(?i)b|c)$', 'aC', false],
    ['^(?:(?i)a(?-i)b)$', 'Ab', true],
    ['^(?:(?i)a(?-i)b)$', 'AB', false],
    ['(?i:a)b', 'Ab', true],
    ['(?P<name>a)', 'a', true],
    ['\\Aab\\z', 'ab', true],
    ['\\Ab', 'ab', false],
    ['[[:digit:]]{2}', '12', true],
    ['^[[:alpha:]_]+$', 'a_b', true],
    ['^[]a]+$', ']a', true],
    ['^[^]a]+$', 'bc', true],
    ['\\Qa.b\\E.', 'a.bx', true],
    ['\\Qa.b\\E.', 'axbx', false],
    ['^a\\hb$', 'a\tb', true],
    ['^[\\h]$', ' ', true],
    ['\\x{2013}', '–', true],
    ['\\e\\a', '\x1b\x07', true],
    ['a(?#comment)b', 'ab', true],
    ['(?=.*a)b', 'ba', true],
    ['\\.exe$', 'x.exe', true],
  ])('%s on %s: %s', (pattern, text, wanted) => {
    expect(matched(pattern, text)).toBe(wanted);
  });

  test('flags in front add to the modifiers', () => {
    expect(translateRegex('(?is)a', 'i', []).flags).toBe('is');
  });

  test.each([
    ['(?x)a', 'the flag `x`'],
    ['a++', 'possessive quantifiers'],
    ['(?>a)', 'atomic groups'],
    ['(?R)', 'is not supported'],
    ["(?'n'a)", 'is not supported'],
    ['(?P=n)', 'is not supported'],
    ['\\K', '`\\K` is not supported'],
    ['\\p{L}', '`\\p` is not supported'],
    ['\\x{110000}', 'hexadecimal'],
    ['[[:^digit:]]', 'is not supported'],
    ['[a', 'a `]` is missing'],
    ['a\\', 'ends with a backslash'],
    ['(a', 'is no regular expression'],
    ['*a', 'is no regular expression'],
  ])('%s is refused', (pattern, why) => {
    expect(() => translateRegex(pattern, '', [])).toThrow(why);
  });
});
