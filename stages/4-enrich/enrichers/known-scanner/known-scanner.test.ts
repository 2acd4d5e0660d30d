/** The list that comes with the product, and what it makes of events. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import { parseNetwork } from '@netsentinel/kernel/address';
import { knownScannerEnricher } from './known-scanner.enricher.ts';
import { readScannerList } from './scanner-list.ts';

const listed = readScannerList(
  readFileSync(new URL('../../../../content/scanners/known-scanners.json', import.meta.url), 'utf8'),
);
const { enrich } = knownScannerEnricher({ listed, own: ['192.0.2.0/28', '2001:db8::1', '66.249.64.1'] });
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const seen = (ip: string | undefined, agent?: string): Event['netsentinel'] =>
  enrich({
    ...(ip === undefined ? {} : { source: { ip } }),
    ...(agent === undefined ? {} : { user_agent: { original: agent } }),
    netsentinel: { actor: ip ?? '-' },
  } as Event).netsentinel;

describe('the list', () => {
  it('names each scanner once, with networks that are networks', () => {
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
    for (const { networks } of listed) expect(networks.filter((one) => parseNetwork(one) === undefined)).toEqual([]);
  });

  it('names nothing so wide that strangers are in it', () => {
    const wide = listed.flatMap(({ networks }) =>
      networks.filter((text) => {
        const { family, prefix } = parseNetwork(text)!;
        return prefix < (family === 4 ? 17 : 29);
      }),
    );
    expect(wide).toEqual([]);
  });

  it('never takes what is private, or kept for documentation, for anybody', () => {
    for (const ip of ['10.0.0.1', '192.168.1.1', '198.51.100.7', '203.0.113.7', '2001:db8:1::1', 'fe80::1'])
      expect([ip, seen(ip).scanner]).toEqual([ip, undefined]);
  });
});

describe('an event', () => {
  it('says whose scanner it comes from', () => {
    expect(seen('71.6.146.185').scanner).toEqual({ id: 'shodan', name: 'Shodan', kind: 'research' });
    expect(seen('162.142.125.9').scanner?.name).toBe('Censys');
    expect(seen('184.105.139.70').scanner?.name).toBe('Shadowserver');
    expect(seen('2602:80d:1000:b0cc:e::7').scanner?.name).toBe('Censys');
    expect(seen('66.249.66.1', GOOGLEBOT)).toEqual({
      actor: '66.249.66.1',
      scanner: { id: 'googlebot', name: 'Googlebot', kind: 'search-engine' },
    });
  });

  it('says so of own scanners first', () => {
    for (const ip of ['192.0.2.3', '2001:db8::1', '66.249.64.1']) expect(seen(ip).scanner?.kind).toBe('own');
  });

  it('believes no name that a client gives itself', () => {
    expect(seen('198.51.100.7', GOOGLEBOT)).toEqual({ actor: '198.51.100.7', claimed_crawler: 'Googlebot' });
    expect(seen('66.249.66.1', 'bingbot/2.0').claimed_crawler).toBe('Bingbot');
    // Where not all of its networks are known, nobody can be called a liar.
    expect(seen('198.51.100.7', 'Applebot/0.1')).toEqual({ actor: '198.51.100.7' });
  });

  it('is left as it is where nothing is known', () => {
    for (const event of [{ netsentinel: {} }, { source: { ip: '198.51.100.7' }, user_agent: { original: 'curl/8' } }])
      expect(enrich(event as unknown as Event)).toBe(event);
  });
});
