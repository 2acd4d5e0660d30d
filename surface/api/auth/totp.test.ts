import { describe, expect, it } from 'vitest';
import { base32, codeOf, matchingStep, otpauthUri, stepAt } from './totp.ts';

const SECRET = Buffer.from('12345678901234567890');

describe('codes', () => {
  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('at %d s is %s', (seconds, code) => {
    expect(codeOf(SECRET, stepAt(seconds * 1000))).toBe(code);
  });

  it('are taken one step early or late, and no further', () => {
    const now = 1_111_111_111_000;
    const step = stepAt(now);
    const taken = [-2, -1, 0, 1, 2].map((off) => matchingStep(SECRET, codeOf(SECRET, step + off), now, 0));
    expect(taken).toEqual([undefined, step - 1, step, step + 1, undefined]);
  });

  it('are taken once, and none after a later one', () => {
    const now = 1_111_111_111_000;
    const step = stepAt(now);
    expect(matchingStep(SECRET, codeOf(SECRET, step), now, step)).toBeUndefined();
    expect(matchingStep(SECRET, codeOf(SECRET, step - 1), now, step)).toBeUndefined();
    expect(matchingStep(SECRET, codeOf(SECRET, step + 1), now, step)).toBe(step + 1);
  });

  it.each(['', '28708', '2870820', '２８７０８２', 'abcdef'])('are not %j', (code) => {
    expect(matchingStep(SECRET, code, 59_000, 0)).toBeUndefined();
  });
});

describe('a secret', () => {
  // RFC 4648, section 10, without the padding.
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('%j is %j in base32', (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });

  it('comes as the address that authenticators read', () => {
    const uri = new URL(otpauthUri('ada@example.org', SECRET));
    expect(uri.href).toContain('otpauth://totp/NetSentinel:ada%40example.org?');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'NetSentinel',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
