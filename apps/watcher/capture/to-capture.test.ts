import fc from 'fast-check';
import { ToCapture } from '@netsentinel/contracts/process';
import { damagedMessage } from '@netsentinel/testkit/damaged-message';
import { expect, it } from 'vitest';
import { ToCaptureCheck } from './to-capture.ts';

const WANTED = { network: '198.18.0.2', remainingMs: 5, order: 'do-1', incident: '' };
const BOOT = {
  t: 'boot',
  logLevel: 'warn',
  folder: '/captures',
  wanted: WANTED,
  interfaces: ['eth0'],
  maxBytes: 1,
  snapLength: 2,
  keepFreeBytes: 3,
};

const value = fc.oneof(
  fc.anything(),
  fc.constantFrom<unknown>('info', 'x', 1, 1.5, [], ['a'], [1], {}, WANTED, null, undefined, 'x'.repeat(65)),
  fc.constantFrom<unknown>({ ...WANTED, t: 'boot' }, { ...WANTED, order: 'x'.repeat(65) }, { ...WANTED, more: 1 }),
);
const message = fc.oneof(fc.anything(), damagedMessage([BOOT, { t: 'until', remainingMs: 3 }, { t: 'stop' }], value));

it('takes what the schema takes, and nothing else', () => {
  expect(ToCaptureCheck.safeParse(BOOT)).toEqual({ success: true, data: BOOT });
  fc.assert(
    fc.property(message, (one) => {
      // Over the launcher's channel comes JSON.
      const sent: unknown = one === undefined ? undefined : JSON.parse(JSON.stringify(one) ?? 'null');
      expect(ToCaptureCheck.safeParse(sent).success).toBe(ToCapture.safeParse(sent).success);
    }),
    { numRuns: 2000 },
  );
});
