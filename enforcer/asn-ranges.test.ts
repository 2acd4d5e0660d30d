import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseNetwork } from '@netsentinel/kernel/address';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AsnRanges, readAsnRanges } from './asn-ranges.ts';

const find = (ranges: AsnRanges, text: string): number | undefined => ranges.find(parseNetwork(text)!);

describe('AsnRanges', () => {
  it.each([
    ['network,autonomous_system_number,autonomous_system_organization', '198.18.4.0/22,64500,"Ours, Inc"'],
    ['start_ip,end_ip,as_number', '198.18.4.0,198.18.7.255,AS64500'],
    ['', '"198.18.4.0","198.18.7.255","64500","Ours"'],
  ])('reads %j', (names, row) => {
    const ranges = new AsnRanges([64500, 64501]);
    for (const line of [names, row, '2001:db8::/32,64501', '203.0.113.0/24,64666', '# a remark', 'broken'])
      ranges.line(line);
    expect(find(ranges, '198.18.5.5')).toBe(64500);
    expect(find(ranges, '198.18.0.0/16')).toBe(64500);
    expect(find(ranges, '198.18.8.0')).toBeUndefined();
    expect(find(ranges, '203.0.113.9')).toBeUndefined();
  });

  it('finds a network beside a narrower one within it', () => {
    const ranges = new AsnRanges([1, 2]);
    for (const line of ['network,asn', '10.0.0.0/8,1', '10.1.0.0/16,2', '2001:db8::/32,2']) ranges.line(line);
    expect(find(ranges, '10.200.0.1')).toBe(1);
    expect(find(ranges, '2001:db8:5::/64')).toBe(2);
    expect(ranges.count).toBe(2);
  });

  it('believes no row that says the whole Internet is somebody’s', () => {
    const ranges = new AsnRanges([1]);
    for (const line of ['network,asn', '0.0.0.0/0,1', '::/0,1', '::ffff:0:0/96,1', '198.18.0.0/15,1'])
      ranges.line(line);
    expect(find(ranges, '203.0.113.7')).toBeUndefined();
    expect(find(ranges, '2001:db8::1')).toBeUndefined();
    expect(find(ranges, '198.18.5.5')).toBe(1);
    const ends = new AsnRanges([1]);
    for (const line of ['start_ip,end_ip,asn', '0.0.0.0,255.255.255.255,1', '5.0.0.0,5.0.0.255,1']) ends.line(line);
    expect([find(ends, '203.0.113.7'), find(ends, '5.0.0.9')]).toEqual([undefined, 1]);
  });

  it('says what is wrong with a table', () => {
    expect(() => new AsnRanges([1]).line('city,country')).toThrow(/which column/);
  });
});

describe('readAsnRanges', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'asn-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes plain and packed files, and rejects what cannot be read', async () => {
    const text = 'network,asn\n198.18.4.0/22,64500\n';
    writeFileSync(join(folder, 'a.csv'), text);
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync(text));
    writeFileSync(join(folder, 'b.csv.gz'), 'not packed');
    for (const name of ['a.csv', 'a.csv.gz'])
      expect(find(await readAsnRanges(join(folder, name), [64500]), '198.18.5.5')).toBe(64500);
    for (const name of ['b.csv.gz', 'none.csv'])
      await expect(readAsnRanges(join(folder, name), [1])).rejects.toMatchObject({ code: 'ASN_TABLE_UNREADABLE' });
  });
});
