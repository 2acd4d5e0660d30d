import fc from 'fast-check';
import { damagedMessage } from '@netsentinel/testkit/damaged-message';
import { expect, it } from 'vitest';
import { FromCapture, FromChild, FromEnforcerHost, FromPlatform } from '@netsentinel/contracts/process';
import { Measure } from '@netsentinel/contracts/action';
import { Severity } from '@netsentinel/contracts/detection';
import { readFromCapture, readFromChild, readFromEnforcer, readFromPlatform } from './child-messages.ts';

/** Texts around every length that a field may have. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(32, 49, 64, 512, 1024, 2048).chain((max) => fc.constantFrom('x'.repeat(max), 'x'.repeat(max + 1))),
);
const WANTED = { network: '192.0.2.1', remainingMs: 5.5, order: 'do-1', incident: '' };
const value = fc.oneof(
  text,
  fc.constantFrom<unknown>([], [WANTED], [{ ...WANTED, t: 'x' }], [WANTED, { ...WANTED, order: 1 }], [[]]),
  fc.constantFrom<unknown>(
    'full',
    'removed',
    -1,
    2 ** 60,
    Array.from({ length: 17 }, () => WANTED),
  ),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(...Severity.options, ...Measure.options, null, undefined),
);
const message = fc.oneof(
  fc.anything(),
  fc.record(
    {
      t: fc.oneof(
        fc.constantFrom('ready', 'asleep', 'failed', 'stopped', 'incident', 'action', 'sign-in', '__proto__'),
        value,
      ),
      code: fc.oneof(text, value),
      message: fc.oneof(text, value),
      hint: value,
      extra: value,
    },
    { requiredKeys: [] },
  ),
  // Close to what is said, with one field of it anything.
  damagedMessage(
    [
      { t: 'ready' },
      { t: 'stopped' },
      { t: 'asleep' },
      { t: 'failed', code: 'A_B', message: 'no', hint: 'look' },
      { t: 'incident', id: 'i', title: 't', severity: 'high', score: 5, isNew: true },
      {
        t: 'action',
        id: 'a',
        measure: 'tarpit',
        target: '192.0.2.1',
        status: 'applied',
        detail: 'd',
        expiresAt: 9,
      },
      { t: 'sign-in', path: '/x' },
      { t: 'decoy', request: 1, decoy: 'ssh-1', listening: false },
      { t: 'capture', wanted: [WANTED] },
      { t: 'file', file: 'a.pcap', network: '::1', order: 'o', state: 'ended', packets: 1, bytes: 2, sha256: 'f' },
    ],
    value,
  ),
);

it('takes for a message exactly what the schemas do', () => {
  fc.assert(
    fc.property(message, (raw) => {
      const [child, platform] = [FromChild.safeParse(raw), FromPlatform.safeParse(raw)];
      expect(readFromChild(raw)).toEqual(child.data);
      expect(readFromPlatform(raw)).toEqual(platform.data);
      expect(readFromCapture(raw)).toEqual(FromCapture.safeParse(raw).data);
      expect(readFromEnforcer(raw)).toEqual(FromEnforcerHost.safeParse(raw).data);
    }),
    { numRuns: 3000 },
  );
});

it('takes every message that there is', () => {
  const said = [
    { t: 'ready' },
    { t: 'asleep' },
    { t: 'stopped' },
    { t: 'failed', code: 'A_B', message: 'no' },
    { t: 'incident', id: 'i', title: 't', severity: 'high', score: 5, isNew: true },
    { t: 'action', id: 'a', target: '192.0.2.1', status: 'applied', expiresAt: 9 },
    ...Measure.options.map((measure) => ({
      t: 'action',
      id: 'a',
      measure,
      target: '192.0.2.1',
      status: 'applied',
      expiresAt: 9,
    })),
    { t: 'sign-in', path: '/x' },
    { t: 'decoy', request: 1, decoy: 'ssh-1', listening: false },
  ];
  expect(said.map(readFromPlatform)).toEqual(said);
  expect(said.map(readFromChild)).toEqual(said.map((one, i) => (i < 4 ? one : undefined)));
  const capture = { t: 'capture', wanted: [WANTED] };
  expect(readFromEnforcer(capture)).toEqual(capture);
  // A decoy host has none captured.
  expect(readFromChild(capture)).toBeUndefined();
});
