import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FromChild, FromPlatform } from '@netsentinel/contracts/process';
import { Severity } from '@netsentinel/contracts/detection';
import { readFromChild, readFromPlatform } from './child-messages.ts';

/** Texts around every length that a field may have. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(32, 49, 64, 512, 1024, 2048).chain((max) => fc.constantFrom('x'.repeat(max), 'x'.repeat(max + 1))),
);
const value = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(...Severity.options, null, undefined),
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
  fc
    .tuple(
      fc.constantFrom<Record<string, unknown>>(
        { t: 'ready' },
        { t: 'stopped' },
        { t: 'asleep' },
        { t: 'failed', code: 'A_B', message: 'no', hint: 'look' },
        { t: 'incident', id: 'i', title: 't', severity: 'high', score: 5, isNew: true },
        { t: 'action', id: 'a', target: '192.0.2.1', status: 'applied', detail: 'd', expiresAt: 9 },
        { t: 'sign-in', path: '/x' },
      ),
      fc.nat(),
      value,
      fc.boolean(),
    )
    .map(([good, at, other, leaveOut]) => {
      const names = [...Object.keys(good), 'extra'];
      const name = names[at % names.length]!;
      const { [name]: _, ...rest } = good;
      return leaveOut ? rest : { ...rest, [name]: other };
    }),
);

it('takes for a message exactly what the schemas do', () => {
  fc.assert(
    fc.property(message, (raw) => {
      const [child, platform] = [FromChild.safeParse(raw), FromPlatform.safeParse(raw)];
      expect(readFromChild(raw)).toEqual(child.data);
      expect(readFromPlatform(raw)).toEqual(platform.data);
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
    { t: 'sign-in', path: '/x' },
  ];
  expect(said.map(readFromPlatform)).toEqual(said);
  expect(said.map(readFromChild)).toEqual([...said.slice(0, 4), undefined, undefined, undefined]);
});
