import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { afterEach, describe, expect, it } from 'vitest';
import { EnforcerConfig } from './enforcer.config.ts';
import {
  assetsFromAddresses,
  assetsFromResolvConf,
  assetsFromRoutes,
  ProtectedAssets,
  type ProtectedAsset,
} from './protected-assets.ts';

const texts = (assets: readonly ProtectedAsset[]): string[] => assets.map(({ network }) => formatNetwork(network));

describe('reading the machine', () => {
  it('finds local, peer and broadcast addresses', () => {
    const json = [
      {
        ifname: 'eth0',
        addr_info: [
          { family: 'inet', local: '198.18.0.1', broadcast: '198.18.0.255', prefixlen: 24 },
          { family: 'inet', local: '198.18.9.1', address: '198.18.9.2' },
          { family: 'inet6', local: '2001:db8::1' },
        ],
      },
      { ifname: 'down0', addr_info: 'nonsense' },
      null,
      7,
    ];
    expect(texts(assetsFromAddresses(json))).toEqual([
      '198.18.0.1',
      '198.18.0.255',
      '198.18.9.1',
      '198.18.9.2',
      '2001:db8::1',
    ]);
  });

  it('finds gateways: default, other, of the other family, of several paths', () => {
    const json = [
      { dst: 'default', gateway: '198.18.0.254' },
      { dst: '198.19.0.0/24', via: { family: 'inet6', host: '2001:db8::fe' } },
      { dst: 'default', nexthops: [{ gateway: '198.18.0.252' }, { via: { host: '198.18.0.253' } }] },
      { dst: '198.18.0.0/24' },
    ];
    expect(texts(assetsFromRoutes(json))).toEqual(['198.18.0.254', '2001:db8::fe', '198.18.0.252', '198.18.0.253']);
    expect(assetsFromRoutes({ dst: 'default' })).toEqual([]);
  });

  it('finds name servers', () => {
    const text =
      '# comment\nsearch example.test\nnameserver 198.18.0.53\n  nameserver\t2001:db8::53%eth0\nnameserver x\n';
    expect(texts(assetsFromResolvConf(text))).toEqual(['198.18.0.53', '2001:db8::53']);
  });
});

describe('ProtectedAssets', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  /** An `ip` that prints what the test wrote into a file. */
  const machine = () => {
    const folder = mkdtempSync(join(tmpdir(), 'assets-'));
    folders.push(folder);
    const script = join(folder, 'ip.mjs');
    writeFileSync(
      script,
      `import { readFileSync } from 'node:fs';
       const what = process.argv.includes('address') ? 'address' : process.argv.includes('-4') ? 'route4' : 'route6';
       process.stdout.write(JSON.parse(readFileSync(${JSON.stringify(join(folder, 'facts.json'))}, 'utf8'))[what]);`,
    );
    const facts = (address: string, gateway: string): void =>
      writeFileSync(
        join(folder, 'facts.json'),
        JSON.stringify({
          address: JSON.stringify([{ ifname: 'e0', addr_info: [{ local: address }] }]),
          route4: JSON.stringify([{ dst: 'default', gateway }]),
          route6: '',
        }),
      );
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 198.18.0.53\n');
    const config = EnforcerConfig.parse({
      allow: ['198.19.0.0/16'],
      management: ['2001:db8:feed::/48'],
      ipCommand: [process.execPath, script],
      resolvConf: join(folder, 'resolv.conf'),
    });
    return { facts, config, folder };
  };
  const start = async (config: EnforcerConfig, clock = new ManualClock()) => {
    const added: string[] = [];
    const assets = new ProtectedAssets({
      config,
      clock,
      log: silentLogger,
      onChange: (changes) => added.push(...texts(changes)),
    });
    await assets.start();
    const why = (text: string): string | undefined => {
      const network = parseNetwork(text);
      return network === undefined ? undefined : assets.conflict(network)?.why;
    };
    return { assets, added, why };
  };

  it('protects what the machine and the configuration say', async () => {
    const { facts, config } = machine();
    facts('198.18.0.1', '198.18.0.254');
    const { assets, why } = await start(config);
    expect(why('198.18.0.1')).toBe('an address of this machine (e0)');
    expect(why('198.18.0.0/24')).toBe('an address of this machine (e0)');
    expect(why('198.18.0.254')).toBe('the default gateway');
    expect(why('198.18.0.53')).toBe('a DNS server of this machine');
    expect(why('198.19.7.7')).toBe('on the allow list');
    expect(why('2001:db8:feed:1::/64')).toBe('a management network');
    expect(why('127.0.0.1')).toBe('loopback');
    expect(why('198.18.5.5')).toBeUndefined();
    expect(texts(assets.list())).toContain('198.18.0.254');
    assets.close();
  });

  it('tells what has become protected, and lets go of what is not any more', async () => {
    const { facts, config } = machine();
    facts('198.18.0.1', '198.18.0.254');
    const { assets, added, why } = await start(config);
    added.length = 0;
    facts('198.18.0.2', '198.18.0.254');
    await assets.refresh();
    expect(added).toEqual(['198.18.0.2']);
    expect(why('198.18.0.1')).toBeUndefined();
    assets.close();
  });

  it('reads again as time goes by', async () => {
    const { facts, config } = machine();
    const clock = new ManualClock();
    facts('198.18.0.1', '198.18.0.254');
    const { assets, why } = await start(config, clock);
    facts('198.18.0.7', '198.18.0.254');
    const passing = setInterval(() => clock.advance(1000), 1);
    await expect.poll(() => why('198.18.0.7')).toBe('an address of this machine (e0)');
    clearInterval(passing);
    assets.close();
  });

  it('keeps what it knows when the machine cannot be read', async () => {
    const { facts, config, folder } = machine();
    facts('198.18.0.1', '198.18.0.254');
    const { assets, why } = await start(config);
    writeFileSync(join(folder, 'facts.json'), '{"address":"not json","route4":"[]","route6":"[]"}');
    await assets.refresh();
    expect(why('198.18.0.1')).toBe('an address of this machine (e0)');
    writeFileSync(join(folder, 'facts.json'), 'broken');
    await assets.refresh();
    expect(why('198.18.0.1')).toBe('an address of this machine (e0)');
    assets.close();
  });

  it('falls back on what the runtime knows where there is no ip', async () => {
    const { config } = machine();
    const { assets } = await start({ ...config, ipCommand: ['/nonexistent/ip'] });
    expect(assets.list().length).toBeGreaterThan(9);
    assets.close();
  });
});
