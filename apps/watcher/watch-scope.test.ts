import { expect, it } from 'vitest';
import { readRequest, scopeOf } from './watch-scope.ts';

const NOTHING = { tcp: new Set<string>(), udp: new Set<string>() };

it('reads what the launcher asks, and nothing else', () => {
  const request = { interfaces: ['lo'], addresses: ['192.0.2.1'], decoyPorts: ['tcp 22'] };
  expect(readRequest(JSON.stringify(request))).toEqual(request);
  expect(readRequest('{}')).toBeUndefined();
  expect(readRequest(JSON.stringify({ ...request, addresses: [1] }))).toBeUndefined();
});

it('leaves out the ports of services at watched addresses, and none of decoys', () => {
  const scope = scopeOf(
    { interfaces: [], addresses: ['192.0.2.1', '2001:db8::1'], decoyPorts: ['tcp 22', 'tcp 192.0.2.1 80', 'udp 161'] },
    {
      tcp: new Set(['22', '443', '192.0.2.1 80', '192.0.2.1 25', '127.0.0.1 5432']),
      udp: new Set(['161', '53', '2001:db8::1 123']),
    },
  );
  expect(scope.tcpServices).toEqual([443, 25]);
  expect(scope.tcpDecoys).toEqual([22, 80]);
  expect(scope.udpServices).toEqual([53, 123]);
  expect(scope.addresses.map((address) => Buffer.from(address).toString('hex'))).toEqual([
    'c0000201',
    '20010db8000000000000000000000001',
  ]);
});

it('refuses interfaces that are not there', () => {
  expect(() => scopeOf({ interfaces: ['no-such-link'], addresses: [], decoyPorts: [] }, NOTHING)).toThrow(
    'no-such-link',
  );
});
