import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressTable } from './address-table.ts';
import { cellsOf } from './csv-line.ts';
import { keyOf, keysOfNetwork, Ranges } from './ranges.ts';
import { readPlaces } from './read-places.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ns-places-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const BLOCKS = `network,geoname_id,is_anonymous_proxy,is_satellite_provider,postal_code,latitude,longitude,accuracy_radius
192.0.2.0/25,1,0,0,10115,52.5200,13.4000,20
192.0.2.128/25,1,1,0,,52.5200,13.4000,20
198.51.100.0/24,2,0,0,"2000, A ""B""",-33.87,151.21,1000
203.0.113.0/24,3,0,0,,,,
2001:db8::/33,4,0,0,,35.68,139.69,5
`;

describe('places of addresses', () => {
  it('reads a table of networks, with line ends of any kind', async () => {
    for (const text of [BLOCKS, BLOCKS.replaceAll('\n', '\r\n'), `\uFEFF${BLOCKS}`, BLOCKS.trimEnd()]) {
      const placeOf = await readPlaces({ addressTable: file('blocks.csv', text) });
      expect(placeOf('192.0.2.7')).toEqual({ latitude: 52.52, longitude: 13.4, country: undefined, radiusKm: 20 });
      expect(placeOf('::ffff:192.0.2.7')).toEqual(placeOf('192.0.2.7'));
      expect(placeOf('198.51.100.255')).toMatchObject({ latitude: -33.87, radiusKm: 1000 });
      expect(placeOf('2001:db8:1::1')).toMatchObject({ latitude: 35.68 });
      // A proxy; no place; not in the table; no address.
      for (const address of ['192.0.2.200', '203.0.113.1', '198.51.101.0', '2001:db8:ffff::1', 'x', ''])
        expect(placeOf(address)).toBeUndefined();
    }
  });

  it('reads ranges by their ends, without names of columns too, compressed, in any order', async () => {
    const ranges =
      '"198.51.100.0","198.51.100.255","OC","AU","NSW","Sydney","-33.87","151.21"\n192.0.2.0,192.0.2.9,EU,DE,BE,Berlin,52.52,13.4\n';
    const placeOf = await readPlaces({ addressTable: file('lite.csv.gz', gzipSync(ranges)) });
    expect(placeOf('192.0.2.9')).toEqual({ latitude: 52.52, longitude: 13.4, country: 'DE', radiusKm: 0 });
    expect(placeOf('192.0.2.10')).toBeUndefined();
    expect(placeOf('198.51.100.0')).toMatchObject({ country: 'AU' });
  });

  it('knows no place of networks that are on a list', async () => {
    const vpn = file('vpn.txt', '# exits\n192.0.2.4\n198.51.100.0/25,Example VPN\nnonsense\n');
    const placeOf = await readPlaces({ addressTable: file('blocks.csv', BLOCKS), elsewhere: [vpn] });
    expect(placeOf('192.0.2.4')).toBeUndefined();
    expect(placeOf('192.0.2.5')).toBeDefined();
    expect(placeOf('198.51.100.127')).toBeUndefined();
    expect(placeOf('198.51.100.128')).toBeDefined();
  });

  it.each([
    ['names no columns that say where', 'network,asn\n192.0.2.0/24,1\n', 'ADDRESS_TABLE_INVALID'],
    ['has no range', 'network,latitude,longitude\n', 'ADDRESS_TABLE_INVALID'],
    ['is empty', '', 'ADDRESS_TABLE_INVALID'],
    ['is something else', `network,latitude,longitude\n${'x,y,z\n'.repeat(2000)}`, 'ADDRESS_TABLE_INVALID'],
  ])('refuses a table that %s', async (_what, text, code) => {
    await expect(readPlaces({ addressTable: file('t.csv', text) })).rejects.toMatchObject({ code });
  });

  it('says what it cannot read', async () => {
    for (const path of [join(folder, 'nothing.csv'), folder, file('broken.csv.gz', 'no gzip')])
      await expect(readPlaces({ addressTable: path })).rejects.toThrow(NetSentinelError);
  });

  it('survives lines of any kind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('0', '1', '59', '.', '/', ':', ',', '"', 'a', '-', 'x', '\r') })),
        (lines) => {
          const table = new AddressTable();
          table.line('network,latitude,longitude,country');
          for (const line of lines) table.line(line);
          table.finish();
          for (const line of lines) table.placeOf(line);
          for (const line of lines) expect(cellsOf(line).length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('ranges', () => {
  it('find what a look at every one of them finds', () => {
    const range = fc.tuple(fc.nat(500), fc.nat(5));
    fc.assert(
      fc.property(fc.uniqueArray(range, { selector: ([start]) => start, maxLength: 60 }), (given) => {
        // No overlaps: each ends before the next begins.
        const starts = given.map(([start]) => start).toSorted((a, b) => a - b);
        const rows = given.map(([start, length]) => {
          const next = starts.find((one) => one > start) ?? Infinity;
          return [start, Math.min(start + length, next - 1)] as const;
        });
        const ranges = new Ranges();
        for (const [start, end] of rows) ranges.add(start, end);
        ranges.finish();
        for (let key = 0; key < 510; key++) {
          const expected = rows.findIndex(([start, end]) => start <= key && key <= end);
          expect(ranges.find(key)).toBe(expected === -1 ? undefined : expected);
        }
      }),
    );
  });

  it('keep addresses of both families apart', () => {
    expect(keyOf('0.0.0.0')).toBe(0);
    expect(keyOf('255.255.255.255')).toBe(2 ** 32 - 1);
    expect(keyOf('::1')).toBeGreaterThan(2 ** 32);
    expect(Number.isSafeInteger(keyOf('ffff:ffff:ffff:ffff::'))).toBe(true);
    expect(keyOf('01.2.3.4')).toBeUndefined();
    expect(keysOfNetwork('192.0.2.77/24')).toEqual([keyOf('192.0.2.0'), keyOf('192.0.2.255')]);
    expect(keysOfNetwork('192.0.2.77')).toEqual([keyOf('192.0.2.77'), keyOf('192.0.2.77')]);
    expect(keysOfNetwork('2001:db8::/48')?.[1]).toBe(keyOf('2001:db8:0:ffff::'));
    expect(keysOfNetwork('192.0.2.0/33')).toBeUndefined();
  });
});
