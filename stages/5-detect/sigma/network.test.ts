import { describe, expect, test } from 'vitest';
import { inNetwork, parseNetwork } from './network.ts';

describe('networks', () => {
  test.each<[string, string, boolean]>([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.1.2.99/24', '10.1.2.1', true],
    ['172.16.0.0/12', '172.31.255.255', true],
    ['172.16.0.0/12', '172.32.0.0', false],
    ['fe80::/10', 'FEBF::1%eth0', true],
    ['fe80::/10', 'fec0::1', false],
    ['::1/128', '0:0:0:0:0:0:0:1', true],
    ['::/0', '10.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['10.0.0.0/8', '10.0.0', false],
    ['10.0.0.0/8', '10.0.0.256', false],
    ['10.0.0.0/8', `10.0.0.1${' '.repeat(100)}`, false],
    ['::/0', '1::2::3', false],
    ['::/0', '1:2:3', false],
    ['::/0', '1:2:3:4:5:6:7:8:9', false],
    ['::/0', '::g', false],
    ['::/0', '::1.2.3.999', false],
  ])('%s has %s: %s', (network, address, wanted) => {
    const parsed = parseNetwork(network);
    expect(parsed).toBeDefined();
    expect(parsed !== undefined && inNetwork(parsed, address)).toBe(wanted);
  });

  test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/a', 'x/8', '::/129', '', '::ffff:1.2.3.4/50'])(
    '%s is none',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );
});
