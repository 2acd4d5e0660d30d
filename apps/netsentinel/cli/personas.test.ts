/** `persona` and `decoys` in this process, on folders of their own. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decoyTypes } from '@netsentinel/decoys/index';
import { loadPersona, personaNames } from '@netsentinel/decoys/persona/persona-library';
import { bindDecoys } from '../launcher/decoy-listeners.ts';
import { planDecoys } from '../config/decoy-plan.ts';
import {
  dataFolder,
  installSeed,
  lockDataFolder,
  prepareDataFolder,
  type DataFolder,
} from '../launcher/data-folder.ts';
import { loadConfig } from '@netsentinel/kernel/config';
import { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { captured } from './captured.fixture.ts';

let top: string;
let config: string;
let folder: DataFolder;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-personas-'));
  folder = dataFolder(join(top, 'data'));
  config = join(top, 'netsentinel.yaml');
  writeFileSync(config, `data: ${folder.root}\n`);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const cli = (...args: string[]): ReturnType<typeof captured> => captured(['--config', config, ...args]);

describe('persona show', () => {
  it('lists what there is, and what of it is not played yet', async () => {
    const { out, code } = await cli('persona', 'show');
    expect(code).toBe(0);
    for (const name of personaNames()) expect(out).toContain(name);
    const listed = JSON.parse((await cli('persona', 'show', '--json')).out) as {
      name: string;
      services: { decoy: string; built: boolean }[];
    }[];
    expect(listed.map(({ name }) => name)).toEqual(personaNames());
    for (const { services } of listed)
      for (const { decoy, built } of services) expect(built).toBe(decoyTypes.includes(decoy));
  });

  it('shows one machine of a seed, the same each time', async () => {
    const first = await cli('persona', 'show', 'rocky-9-app', '--seed', '7');
    expect(first.out).toMatch(/^system +Rocky Linux 9\.\d \(Blue Onyx\)/m);
    expect((await cli('persona', 'show', 'rocky-9-app', '--seed', '7')).out).toBe(first.out);
    expect((await cli('persona', 'show', 'rocky-9-app', '--seed', '8')).out).not.toBe(first.out);
    const machine = JSON.parse((await cli('persona', 'show', 'omv-7-nas', '--json')).out) as {
      seed: string;
      hostname: string;
    };
    expect(Number(machine.seed)).toBeGreaterThanOrEqual(0);
  });

  it('says what there is where it is asked for something else', async () => {
    const { err, code } = await cli('persona', 'show', 'amiga');
    expect(code).toBe(4);
    expect(err).toContain('there is no persona "amiga" and no file of that name');
    expect(err).toContain('debian-12-server');
  });
});

describe('persona new', () => {
  it('writes a file that can be shown, and replaces none unasked', async () => {
    const path = join(top, 'my-web.yaml');
    expect((await cli('persona', 'new', path, '--from', 'ubuntu-22.04-web')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toMatch(/^# Schemes of host names/m);
    expect((await cli('persona', 'show', path, '--seed', '1')).out).toMatch(/^system +Ubuntu/m);
    expect((await cli('persona', 'new', path)).err).toContain('is already there');
    expect((await cli('persona', 'new', path, '--force')).code).toBe(0);
  });
});

interface Listed {
  readonly decoy: string;
  readonly port: number;
  readonly transport: string;
  readonly service: string;
  readonly product: string;
  readonly version: string;
}

describe('decoys list', () => {
  it('tells what a persona would open, in the words of nmap', async () => {
    const { out, code } = await cli(
      'decoys',
      'list',
      '--json',
      '--persona',
      'ubuntu-22.04-web',
      '--seed',
      '7',
      '--ports',
      'high',
    );
    expect(code).toBe(0);
    const listed = JSON.parse(out) as Listed[];
    const version = loadPersona('ubuntu-22.04-web').levels.map(({ software }) => software.openssh?.version);
    const ssh = listed.find(({ service }) => service === 'ssh');
    expect(ssh).toMatchObject({
      decoy: 'ubuntu-22-04-web-ssh-22',
      address: '0.0.0.0',
      port: 10_022,
      transport: 'tcp',
      product: 'OpenSSH',
    });
    expect(version).toContain(ssh!.version);
    expect(Object.keys(ssh!)).toEqual([
      'decoy',
      'address',
      'port',
      'transport',
      'service',
      'product',
      'version',
      'stopped',
    ]);
    expect(existsSync(folder.root)).toBe(false);
  });

  it('does not make up which machine this install is', async () => {
    const { err, code } = await cli('decoys', 'list');
    expect(code).toBe(4);
    expect(err).toContain('--persona NAME --seed N');
    prepareDataFolder(folder, undefined);
    installSeed(folder);
    expect((await cli('decoys', 'list')).out).toMatch(/^ssh-1 +0\.0\.0\.0:2222\/tcp/m);
  });

  it('is about what runs, as it was started', async () => {
    prepareDataFolder(folder, undefined);
    installSeed(folder);
    const unlock = lockDataFolder(folder);
    const loaded = loadConfig(NetSentinelConfig, { file: config, text: '' });
    const { decoys, listeners } = await bindDecoys(
      planDecoys(loaded, config, { persona: 'rocky-9-app', seed: '3', ports: 'high' }),
      folder.root,
    );
    try {
      const listed = JSON.parse((await cli('decoys', 'list', '--json')).out) as Listed[];
      expect(listed.map(({ decoy, port }) => [decoy, port])).toEqual(decoys.map(({ id, port }) => [id, port]));
    } finally {
      for (const listener of listeners.values()) listener.close();
      unlock();
    }
  });
});

describe('decoys verify', () => {
  it('says that it needs something to attack', async () => {
    const { err, code } = await cli('decoys', 'verify', '--persona', 'rocky-9-app', '--seed', '3', '--ports', 'high');
    expect(code).toBe(3);
    expect(err).toContain('nothing answers at 127.0.0.1:10022');
  });
});
