/** Only addresses that nobody else can come from are announced, only for a time, and only what comes from them is marked. */
import { expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import { OwnTests } from './own-tests.ts';

let now = 1_800_000_000_000;
const tests = (): OwnTests => new OwnTests({ now: () => now });
function isMarked(own: OwnTests, ip: string): boolean {
  const event = { source: { ip }, netsentinel: {} } as unknown as Event;
  own.mark(event);
  return event.netsentinel.own_test === true;
}

it('marks what comes from an announced address, and nothing else', () => {
  const own = tests();
  expect(isMarked(own, '127.77.1.2')).toBe(false);
  own.announce('127.77.1.2');
  expect(isMarked(own, '127.77.1.2')).toBe(true);
  expect(isMarked(own, '127.0.0.1')).toBe(false);
  expect(isMarked(own, '198.51.100.7')).toBe(false);
});

it.each(['127.0.0.1', '127.0.0.9', '10.0.0.1', '198.51.100.7', '::1', '', '127.1'])('refuses %j', (address) => {
  expect(() => tests().announce(address)).toThrow(/no address that only a test of ours has/);
});

it('forgets after a time, and the oldest where there are many', () => {
  const own = tests();
  expect(own.announce('127.77.1.2')).toBe(now + 20 * 60_000);
  now += 20 * 60_000;
  expect(isMarked(own, '127.77.1.2')).toBe(false);
  for (let i = 0; i <= 16; i++) own.announce(`127.9.9.${i}`);
  expect(isMarked(own, '127.9.9.0')).toBe(false);
  expect(isMarked(own, '127.9.9.16')).toBe(true);
});
