import fc from 'fast-check';
import { damagedMessage } from '@netsentinel/testkit/damaged-message';
import { expect, it } from 'vitest';
import { ToWatcher } from '@netsentinel/contracts/process';
import { ToWatcherCheck } from './to-watcher.ts';

const BOOT = {
  t: 'boot',
  logLevel: 'warn',
  addresses: { '192.0.2.1': 'web' },
  decoyPorts: ['tcp 22'],
  clientPortsFrom: 32_768,
  nameServers: ['192.0.2.53'],
};

const value = fc.oneof(
  fc.anything(),
  fc.constantFrom<unknown>('debug', 'x', 1, 1.5, [], ['tcp 22'], [1], {}, { a: 'b' }, { a: 1 }, null, undefined),
);
const message = fc.oneof(fc.anything(), damagedMessage([BOOT, { t: 'link' }, { t: 'stop' }], value));

it('takes what the schema takes, and nothing else', () => {
  expect(ToWatcherCheck.safeParse(BOOT)).toEqual({ success: true, data: BOOT });
  expect(ToWatcherCheck.safeParse({ ...BOOT, decoyPorts: Array.from({ length: 1025 }, () => 'x') }).success).toBe(
    false,
  );
  fc.assert(
    fc.property(message, (one) => {
      // Over the launcher's channel comes JSON.
      const sent: unknown = one === undefined ? undefined : JSON.parse(JSON.stringify(one) ?? 'null');
      expect(ToWatcherCheck.safeParse(sent).success).toBe(ToWatcher.safeParse(sent).success);
    }),
    { numRuns: 2000 },
  );
});
