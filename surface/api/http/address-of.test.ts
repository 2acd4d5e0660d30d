import { expect, it } from 'vitest';
import { addressOf } from './address-of.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  // Who hangs up at once has no address any more: what they changed is audited all the same.
  [undefined, ''],
])('%s is %j', (ip, address) => {
  expect(addressOf({ ip })).toBe(address);
});
