import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoMs } from '@netsentinel/kernel/iso-time';
import { epochMs, isoTime, parseBsdTime, parseClfTime, parseIsoTime, withoutYear } from './time.ts';
import { zoneOf } from './zone.ts';

const utc = zoneOf('UTC')!;
const berlin = zoneOf('Europe/Berlin')!;
const now = Date.UTC(2026, 10, 21, 10);

describe('times out', () => {
  it('are ISO 8601, as Date has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        expect(isoTime(ms)).toBe(new Date(ms).toISOString());
      }),
    );
    expect(isoTime(1_795_253_400_123.9)).toBe('2026-11-21T09:30:00.123Z');
  });

  it('are none where there is no such time', () => {
    expect([undefined, Number.NaN, -1, Infinity, 253_402_300_800_000].map(isoTime)).toEqual(Array.from({ length: 5 }));
  });
});

describe('times in', () => {
  it('as ISO 8601 in UTC are what Date makes of them, known and unknown ones', () => {
    const second = fc.integer({ min: 0, max: 61 }).map((n) => String(n).padStart(2, '0'));
    const end = fc.constantFrom('.000Z', '.123456Z', '.1x3Z', ',123Z', '.123', '.123456789Z', '.123+01:00');
    const minute = fc.constantFrom(
      '2026-11-21T09:30:',
      '2026-02-30T09:30:',
      '2026-13-01T00:00:',
      '+026-11-21T09:30:',
      '',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(minute, second, end)), (times) => {
        for (const time of times) expect(isoMs(time.join(''))).toBe(Date.parse(time.join('')));
      }),
    );
  });

  it.each([1_795_253_400, 1_795_253_400_000, 1_795_253_400_000_000, '1795253400000000000', '1795253400.000'])(
    'an epoch, whatever its unit: %s',
    (value) => {
      expect(isoTime(epochMs(value))).toBe('2026-11-21T09:30:00.000Z');
    },
  );

  it('no epoch', () => {
    expect(['', 'x', '1e9', -5, Infinity, undefined].map(epochMs)).toEqual(Array.from({ length: 6 }));
  });

  it.each([
    ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
    ['2026-11-21T09:30:00.123456789Z', '2026-11-21T09:30:00.123Z'],
    ['2026-11-21 09:30:00,5', '2026-11-21T09:30:00.500Z'],
    ['2026/11/21 09:30:00 +0100', '2026-11-21T08:30:00.000Z'],
    ['2026-11-21T09:30:00.5-03:30', '2026-11-21T13:00:00.500Z'],
    ['2026-02-30T09:30:00Z', undefined],
    ['2026-11-21T24:30:00Z', undefined],
    ['2026-11-21', undefined],
  ])('ISO 8601: %s', (text, iso) => {
    expect(isoTime(parseIsoTime(text, utc))).toBe(iso);
  });

  it.each([
    ['21/Nov/2026:09:30:00 +0100', '2026-11-21T08:30:00.000Z'],
    ['21/Nov/2026:09:30:00', '2026-11-21T09:30:00.000Z'],
    ['21/Nix/2026:09:30:00 +0100', undefined],
    ['21/Nov/2026', undefined],
  ])('of web servers: %s', (text, iso) => {
    expect(isoTime(parseClfTime(text, utc))).toBe(iso);
  });

  it.each([
    ['Nov 21 09:30:00', '2026-11-21T09:30:00.000Z'],
    ['Nov  1 09:30:00', '2026-11-01T09:30:00.000Z'],
    ['Nov 22 09:30:00', '2026-11-22T09:30:00.000Z'],
    ['Nov 23 09:30:00', '2025-11-23T09:30:00.000Z'],
    ['Dec 31 23:59:60', '2026-01-01T00:00:00.000Z'],
    ['Feb 29 12:00:00', '2024-02-29T12:00:00.000Z'],
    ['Nov 31 09:30:00', undefined],
    ['Nov 21 09:3', undefined],
  ])('without a year: %s', (text, iso) => {
    expect(isoTime(parseBsdTime(text, utc, now))).toBe(iso);
  });

  it('without a year, around New Year', () => {
    expect(isoTime(withoutYear(1, 1, 5, 0, 0, utc, Date.UTC(2025, 11, 31, 12)))).toBe('2026-01-01T05:00:00.000Z');
    expect(isoTime(withoutYear(12, 31, 5, 0, 0, utc, Date.UTC(2026, 0, 1, 12)))).toBe('2025-12-31T05:00:00.000Z');
  });
});

describe('zones', () => {
  it('have summer time, by the wall clock', () => {
    const local = (text: string): string | undefined => isoTime(parseIsoTime(text, berlin));
    expect(local('2026-01-15 12:00:00')).toBe('2026-01-15T11:00:00.000Z');
    expect(local('2026-07-15 12:00:00')).toBe('2026-07-15T10:00:00.000Z');
    expect(local('2026-03-29 01:59:59')).toBe('2026-03-29T00:59:59.000Z');
    expect(local('2026-03-29 03:00:00')).toBe('2026-03-29T01:00:00.000Z');
  });

  it.each([
    ['+02:00', -120],
    ['-0330', 210],
    ['GMT+1', -60],
    ['gmt', 0],
  ])('are offsets as well: %s', (name, minutes) => {
    expect(zoneOf(name)!.toUtc(0)).toBe(minutes * 60_000);
  });

  it('are none where nobody has such a one', () => {
    expect(zoneOf('Atlantis/Capital')).toBeUndefined();
  });
});
