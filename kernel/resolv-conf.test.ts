import { expect, it } from 'vitest';
import { nameServersIn } from './resolv-conf.ts';

it('finds the name servers, in canonical form, and nothing else', () => {
  const text =
    '# comment\nsearch example.test\nnameserver 198.18.0.53\n  nameserver\t2001:DB8:0::53%eth0\nnameserver x\nnameserver\n';
  expect(nameServersIn(text)).toEqual(['198.18.0.53', '2001:db8::53']);
  expect(nameServersIn('')).toEqual([]);
});
