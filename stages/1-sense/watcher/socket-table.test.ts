import { expect, it } from 'vitest';
import { addRows, isServed } from './socket-table.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n`;

it('knows what listens, at all addresses or at one', () => {
  const served = new Set<string>();
  const table = HEAD + row('00000000:0016', '0A') + row('0100007F:1538', '0A') + row('010200C0:0050', '0A');
  expect(addRows(served, table, 'tcp')).toBe(true);
  expect([...served]).toEqual(['22', '127.0.0.1 5432', '192.0.2.1 80']);
  expect(isServed(served, '192.0.2.9', 22)).toBe(true);
  expect(isServed(served, '192.0.2.1', 80)).toBe(true);
  expect(isServed(served, '192.0.2.2', 80)).toBe(false);
  expect(isServed(served, '192.0.2.1', 5432)).toBe(false);
});

it('reads no further than the listening sockets of TCP, and all of UDP', () => {
  const served = new Set<string>();
  expect(
    addRows(served, row('00000000:0016', '0A') + row('010200C0:0016', '01') + row('00000000:0050', '0A'), 'tcp'),
  ).toBe(false);
  expect([...served]).toEqual(['22']);
  expect(addRows(served, row('00000000:0035', '07') + row('00000000:007B', '07'), 'udp')).toBe(true);
  expect([...served]).toEqual(['22', '53', '123']);
});

it('reads addresses of IPv6, and of IPv4 within it', () => {
  const served = new Set<string>();
  const six = row('B80D0120000000000000000001000000:0016', '0A').replace(' 00000000:0000 ', ` ${'0'.repeat(32)}:0000 `);
  const mapped = row('0000000000000000FFFF0000010200C0:0050', '0A');
  const all = row(`${'0'.repeat(32)}:1F90`, '0A');
  addRows(served, six + mapped + all, 'tcp');
  expect([...served]).toEqual(['2001:db8::1 22', '192.0.2.1 80', '8080']);
});

it('passes over what is no row', () => {
  const served = new Set<string>();
  expect(addRows(served, 'x\n\n   0: zz:0016 0:0 0A \n', 'tcp')).toBe(true);
  expect(served.size).toBe(0);
});
