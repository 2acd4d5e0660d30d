import { expect, it } from 'vitest';
import { isGroup, isInternal } from './network-place.ts';

it.each([
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.1.1',
  '127.0.0.1',
  'fd00::1',
  'fe80::1',
  '::1',
])('%s is inside', (ip) => expect(isInternal(ip)).toBe(true));

it.each(['11.1.2.3', '172.15.0.1', '172.32.0.1', '192.169.1.1', '100.63.0.1', '100.128.0.1', '2001:db8::1'])(
  '%s is outside',
  (ip) => expect(isInternal(ip)).toBe(false),
);

it.each(['224.0.0.251', '239.255.255.250', '255.255.255.255', '192.168.1.255', '0.0.0.0', 'ff02::1', '::'])(
  '%s is a group, or nobody',
  (ip) => expect(isGroup(ip)).toBe(true),
);

it.each(['223.255.255.1', '22.0.0.1', '10.0.0.1', '2001:db8::1'])('%s is one host', (ip) =>
  expect(isGroup(ip)).toBe(false),
);
