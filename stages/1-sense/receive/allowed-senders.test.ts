/** Who may send. */
import { describe, expect, it } from 'vitest';
import { AllowedSenders, Networks } from './allowed-senders.ts';

describe('allowed senders', () => {
  it('are those of the networks, under their canonical name', () => {
    const allowed = new AllowedSenders(['192.0.2.0/24', '2001:db8::/32', 'fe80::/10']);
    for (let twice = 0; twice < 2; twice++) {
      expect(allowed.admit('192.0.2.7')).toBe('192.0.2.7');
      expect(allowed.admit('::ffff:192.0.2.7')).toBe('192.0.2.7');
      expect(allowed.admit('2001:DB8:0:0::7')).toBe('2001:db8::7');
      expect(allowed.admit('fe80::1%eth0')).toBe('fe80::1');
      expect(allowed.admit('198.51.100.7')).toBeUndefined();
      expect(allowed.admit('no address')).toBeUndefined();
    }
  });

  it('are all without a list, and nobody with an empty one', () => {
    expect(new AllowedSenders(undefined).admit('198.51.100.7')).toBe('198.51.100.7');
    expect(new AllowedSenders(undefined).admit('2001:db8::7')).toBe('2001:db8::7');
    expect(new AllowedSenders([]).admit('198.51.100.7')).toBeUndefined();
  });

  it('stay within memory, however many addresses are forged', () => {
    const allowed = new AllowedSenders(['10.0.0.0/8']);
    for (let i = 0; i < 10_000; i++) expect(allowed.admit(`10.0.${i >> 8}.${i & 255}`)).toBeDefined();
  });

  it('are networks in the configuration', () => {
    expect(Networks.safeParse(['192.0.2.0/24', '::1']).success).toBe(true);
    for (const wrong of ['192.0.2.1/24', 'host', '']) expect(Networks.safeParse([wrong]).success).toBe(false);
  });
});
