import { formatNetwork } from '@netsentinel/kernel/address';
import { expect, it } from 'vitest';
import { networkOf } from './nft-words.ts';

it.each<[string, string, string | undefined]>([
  ['v4_32', '198.18.0.1', '198.18.0.1'],
  ['v4_24', '198.18.0.0', '198.18.0.0/24'],
  ['v4_0', '0.0.0.0', '0.0.0.0/0'],
  ['v6_64', '2001:db8::', '2001:db8::/64'],
  ['v6_128', '::ffff:198.18.0.1', '::ffff:c612:1'],
  ['redirect_v4_32', '198.18.0.1', '198.18.0.1'],
  // Of another length or family, or somebody's set: none of ours.
  ['v4_24', '198.18.0.1', undefined],
  ['v6_32', '198.18.0.1', undefined],
  ['v4_32', '2001:db8::', undefined],
  ['v4_33', '198.18.0.1', undefined],
  ['v6_999', '::', undefined],
  ['allow_v4_32', '198.18.0.1', undefined],
  ['v4_32', 'here', undefined],
])('in the set %s the element %s is %s', (set, element, network) => {
  const found = networkOf(set, element);
  expect(found === undefined ? undefined : formatNetwork(found)).toBe(network);
});
