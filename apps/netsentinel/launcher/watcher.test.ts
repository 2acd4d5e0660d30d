import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, type NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WatcherConfig } from '@netsentinel/sense/watcher/watcher.config';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import { watchedNow, whyNotWatched } from './watcher.ts';

const place = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: null,
  ...(address.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
});
const INTERFACES = {
  lo: [place('127.0.0.1', true), place('::1', true)],
  eth0: [place('192.0.2.1'), place('192.0.2.2'), place('2001:db8::1')],
};
const decoy = (address: string, persona: string, port = 22): PlannedDecoy => ({
  id: persona,
  type: 'ssh',
  transport: 'tcp',
  address,
  port,
  movable: false,
  persona,
  options: {},
  where: 'test',
});
const watched = (decoys: PlannedDecoy[], config: Partial<WatcherConfig> = {}) =>
  watchedNow({ ...WatcherConfig.parse({}), ...config }, decoys, INTERFACES, []);

it('watches the addresses that decoys listen on, and knows whose each is', () => {
  expect(watched([decoy('192.0.2.1', 'web'), decoy('192.0.2.2', 'nas'), decoy('192.0.2.2', 'nas', 80)])).toEqual({
    addresses: { '192.0.2.1': 'web', '192.0.2.2': 'nas' },
    interfaces: [],
    decoyPorts: ['tcp 192.0.2.1 22', 'tcp 192.0.2.2 22', 'tcp 192.0.2.2 80'],
    nameServers: [],
  });
  expect(watched([decoy('0.0.0.0', 'web')])).toMatchObject({
    addresses: { '192.0.2.1': 'web', '192.0.2.2': 'web' },
    decoyPorts: ['tcp 22'],
  });
  expect(Object.keys(watched([decoy('::', 'web')]).addresses)).toHaveLength(3);
});

it('watches loopback where it is named, and all addresses where that is asked for', () => {
  expect(watched([decoy('127.0.0.1', 'web')]).addresses).toEqual({});
  expect(watched([decoy('127.0.0.1', 'web')], { interfaces: ['lo'] })).toMatchObject({
    addresses: { '127.0.0.1': 'web' },
    interfaces: ['lo'],
  });
  expect(Object.keys(watched([decoy('192.0.2.1', 'web')], { addresses: 'all' }).addresses)).toHaveLength(3);
});

it('knows whom this machine asks for names, from whichever file says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resolver-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, 'nameserver 192.0.2.53\nnameserver 2001:db8::53\n');
  expect(watchedNow(WatcherConfig.parse({}), [], INTERFACES, [join(folder, 'missing'), file]).nameServers).toEqual([
    '192.0.2.53',
    '2001:db8::53',
  ]);
});

it('says why nothing is watched', () => {
  const config = WatcherConfig.parse({});
  expect(whyNotWatched({ ...config, enabled: false }, { level: 'root' })).toContain('watcher.enabled');
  expect(whyNotWatched(config, { level: 'none' })).toBeDefined();
});
