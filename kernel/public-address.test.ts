import { expect, it } from 'vitest';
import { isPublicAddress } from './public-address.ts';

it.each(['9.9.9.9', '2620:fe::9', '::ffff:9.9.9.9', '64:ff9b::9.9.9.9', '2002:909:909::1'])(
  '%s is somebody’s on the Internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

it.each([
  '10.0.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '192.88.99.1',
  '0.0.0.0',
  '255.255.255.255',
  '::',
  '::1',
  '::10.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  'fe80::1%eth0',
  'fec0::1',
  'fd00::1',
  '100::1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  // In which IPv4 addresses hide: NAT64, 6to4 and Teredo.
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '2002:a00:1::1',
  '2002:7f00:1::',
  '2001:0:4136:e378::1',
  'localhost',
  '',
])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
