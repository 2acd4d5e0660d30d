import { SensorEvent } from '@netsentinel/contracts/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileCheck } from './schema-check.ts';

const whole = {
  '@timestamp': '2026-11-21T09:30:00.000Z',
  message: 'text',
  tags: ['a', 'b'],
  event: { kind: 'event', category: ['process'], type: ['start'], action: 'x', dataset: 'd', duration: 5 },
  source: { ip: '198.51.100.7', port: 40_000, geo: { country_iso_code: 'DE' }, nat: { ip: '192.0.2.1' } },
  file: { path: '/tmp/x', hash: { sha256: 'a'.repeat(64) } },
  process: { args: ['a'], exit_code: -1, parent: { pid: 4 } },
  tls: { established: true },
  netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, environment: { LANG: 'C' }, upload: undefined },
  zeek: { deep: [{ a: null }] },
};
/** What a decoded frame can hold. */
const PLAIN: readonly unknown[] = [
  undefined,
  null,
  '',
  'x'.repeat(1025),
  'x'.repeat(16_385),
  'process',
  0,
  -1,
  1.5,
  65_535,
  65_536,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1n,
  true,
  [],
  ['a'],
  [1],
  Array.from({ length: 257 }, () => 'a'),
  {},
  { ip: '1' },
  { more: 1 },
];
const EXOTIC: readonly unknown[] = [
  new Map(),
  new Date(0),
  () => 1,
  Object.create({ ip: '1' }),
  JSON.parse('{"__proto__":1}'),
];

/** The places of the whole event, and some that it does not have. */
function places(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [
    [...path],
    [...path, 'more'],
    ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key])),
  ];
}

function put(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = put(copy[key], rest, replacement);
  return copy;
}

describe('the quick check of a schema', () => {
  const check = compileCheck(SensorEvent);

  it('takes what zod takes and refuses what zod refuses', () => {
    expect(check(whole)).toBe(true);
    fc.assert(
      fc.property(fc.constantFrom(...places(whole)), fc.constantFrom(...PLAIN), (path, value) => {
        const input = put(whole, path, value);
        expect(check(input)).toBe(SensorEvent.safeParse(input).success);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes nothing that zod refuses', () => {
    for (const path of places(whole))
      for (const value of EXOTIC) {
        const input = put(whole, path, value);
        expect(!check(input) || SensorEvent.safeParse(input).success).toBe(true);
      }
  });

  it('knows every part of the schema of an event, so that zod is never asked for one', () => {
    const asked: unknown[] = [];
    const spied = z.strictObject({ ...SensorEvent.shape });
    for (const field of Object.values(spied.shape))
      Object.defineProperty(field, 'safeParse', { value: () => asked.push(field) });
    expect(compileCheck(spied)(whole)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('asks zod for what it does not know', () => {
    const check = compileCheck(
      z.strictObject({
        date: z.date(),
        even: z.number().multipleOf(2),
        mail: z.email(),
        short: z.array(z.string()).min(1),
        loose: z.looseObject({ a: z.string() }),
        big: z.record(z.string(), z.number()).refine((value) => Object.keys(value).length > 0),
      }),
    );
    const good = {
      date: new Date(),
      even: 2,
      mail: 'a@example.com',
      short: ['a'],
      loose: { a: '', b: 1 },
      big: { a: 1 },
    };
    expect(check(good)).toBe(true);
    const wrong = { date: 1, even: 3, mail: 'a', short: [], loose: {}, big: {} };
    for (const [name, value] of Object.entries(wrong)) expect(check({ ...good, [name]: value })).toBe(false);
  });
});
