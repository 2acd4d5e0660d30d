/** `response do` and what goes with it, against an enforcer whose switch is played. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startControl, type ControlServer } from '@netsentinel/enforcer/control';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { PolledResponder } from '@netsentinel/enforcer/firewall/polled-responder';
import { configuredResponders } from '@netsentinel/enforcer/responders/index';
import { OpenflowFirewall } from '@netsentinel/enforcer/openflow/openflow-firewall';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { recordPath, writeRecord } from '@netsentinel/watcher/capture/capture-record';
import { FakeFlowSwitch } from '@netsentinel/testkit/fake-flow-switch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataFolder } from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';

const HOST = '198.18.5.5';
const MANAGEMENT = { family: 4, base: 0xc6120063n, prefix: 32 } as const;

let top: string;
let place: FakeFlowSwitch;
let enforcer: Enforcer;
let server: ControlServer;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-response-'));
  writeFileSync(join(top, 'netsentinel.yaml'), `data: ${join(top, 'data')}\n`);
  const socketPath = dataFolder(join(top, 'data')).enforcerSocket;
  mkdirSync(dirname(socketPath), { recursive: true });
  place = new FakeFlowSwitch('br0', systemClock);
  const means = {
    management: [MANAGEMENT],
    mirrorPort: undefined,
    redirect: 'it knows no decoys',
    onward: { kind: 'normal' },
  } as const;
  enforcer = await createEnforcer({
    config: EnforcerConfig.parse({
      ipCommand: ['/nonexistent/ip'],
      resolvConf: '/nonexistent',
      allow: ['198.18.0.99'],
    }),
    directory: join(top, 'enforcer'),
    clock: systemClock,
    log: silentLogger,
    responders: [
      {
        id: 'openvswitch',
        mode: 'enforce',
        create: (ctx) => {
          const firewall = new OpenflowFirewall({ clock: systemClock, switches: [place], priority: 9, means });
          return new PolledResponder('openvswitch', ctx, firewall, { checkMs: 1000, compareMs: 300_000 });
        },
      },
    ],
    onReply: () => {},
  });
  server = await startControl({ enforcer, socketPath, log: silentLogger });
});
afterEach(async () => {
  await server.close();
  await enforcer.close();
  rmSync(top, { recursive: true, force: true });
});

const cli = (...args: string[]): ReturnType<typeof captured> =>
  captured(['--config', join(top, 'netsentinel.yaml'), 'response', ...args]);

it('isolates a host at a person’s word, lists it as that, and lets it go', async () => {
  const done = await cli('do', 'isolate', HOST, '--for', '2h', '--reason', 'it calls home');
  expect(done).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^isolate 198\.18\.5\.5 for 2 ?h.*: (?:applied|verified)\n/),
  });
  const [, id = ''] = /response revert (do-[0-9a-f]+)/.exec(done.out) ?? [];
  expect([...place.flows.keys()]).toContain(`normal src ${HOST} dst 198.18.0.99`);
  expect((await cli('list')).out).toMatch(/isolate +198\.18\.5\.5 .*it calls home/);
  expect((await cli('revert', id)).code).toBe(0);
  expect(place.flows.size).toBe(0);
});

it('says what a responder lacks, and what may not be touched', async () => {
  const mirrored = await cli('do', 'mirror', HOST);
  expect(mirrored).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('openvswitch: it knows no port to copy to'),
  });
  expect((await cli('do', 'isolate', '198.18.0.99')).err).toContain('protected');
  expect((await cli('do', 'bury', HOST)).code).toBe(2);
  const planned = await cli('plan', HOST, '--measure', 'mirror');
  expect(planned).toMatchObject({ code: 1, out: '' });
  expect(planned.err.split('it knows no port')).toHaveLength(2);
  expect(planned.err).toContain('Configure a responder for it');
  expect(await cli('plan', '198.18.0.99')).toMatchObject({ code: 1, err: expect.stringContaining('protected') });
  const json = await cli('plan', HOST, '--measure', 'mirror', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    refused: expect.stringContaining('it knows no port'),
    measure: 'mirror',
  });
  expect((await cli('plan', HOST, '--measure', 'isolate')).out).toContain(`+ add drop src ${HOST}`);
  expect(place.flows.size).toBe(0);
});

it('has a person approve what is too wide for one word', async () => {
  const asked = await cli('do', 'block', '198.18.7.0/24', '--json');
  expect(JSON.parse(asked.out)).toMatchObject({ status: 'awaiting-approval' });
  const { id } = JSON.parse(asked.out) as { id: string };
  expect((await cli('approve', id)).code).toBe(0);
  expect(place.dropped()).toEqual(['198.18.7.0/24']);
});

it('says of what was approved and fails at first that it is approved', async () => {
  const { id } = JSON.parse((await cli('do', 'block', '198.18.7.0/24', '--json')).out) as { id: string };
  place.down = true;
  const approved = await cli('approve', id);
  expect(approved).toMatchObject({ code: 0, err: '' });
  expect(approved.out).toMatch(/ approved: failed\n {2}.*br0 is down.*\n {2}a responder that was down makes it/);
  place.down = false;
  await expect.poll(() => place.dropped(), { timeout: 30_000 }).toEqual(['198.18.7.0/24']);
});

it('says in nft’s own words where a redirect ends, and what configuration another measure lacks', async () => {
  await server.close();
  await enforcer.close();
  const config = EnforcerConfig.parse({
    mode: 'simulate',
    ipCommand: ['/nonexistent/ip'],
    resolvConf: '/nonexistent',
    responders: { nftables: { redirect: { tcp: { 22: 2222 } } } },
  });
  enforcer = await createEnforcer({
    config,
    directory: join(top, 'enforcer'),
    clock: systemClock,
    log: silentLogger,
    responders: await configuredResponders(config),
    onReply: () => {},
  });
  server = await startControl({
    enforcer,
    socketPath: dataFolder(join(top, 'data')).enforcerSocket,
    log: silentLogger,
  });
  const { out } = await cli('plan', HOST, '--measure', 'redirect');
  expect(out).toContain(
    '+ nft add rule inet netsentinel redirect_to meta l4proto tcp redirect to :tcp dport map { 22 : 2222 }',
  );
  expect(out).toContain(`+ nft add element inet netsentinel redirect_v4_32 { ${HOST} timeout`);
  expect(out).toContain(`- nft delete element inet netsentinel redirect_v4_32 { ${HOST} }`);
  expect(await cli('do', 'redirect', HOST, '--for', '1h')).toMatchObject({
    code: 0,
    out: expect.stringContaining(`redirect ${HOST} for 1`),
  });
  expect((await cli('do', 'tarpit', HOST)).err).toContain('name its port, as `tarpit: { port: 22022 }`');
});

it('lists the files of captures, and what their writer left behind', async () => {
  expect((await cli('captures')).out).toBe('nothing was captured\n');
  const folder = dataFolder(join(top, 'data')).captures;
  mkdirSync(folder, { recursive: true });
  const record = { network: HOST, order: 'do-1', incident: '', packets: 7, bytes: 900, dropped: 0 };
  const startedAt = Date.UTC(2026, 0, 2);
  writeRecord(folder, { ...record, file: 'a.pcap', state: 'capturing', startedAt });
  writeRecord(folder, { ...record, file: 'b.pcap', state: 'full', startedAt, endedAt: startedAt, sha256: 'ab' });
  writeRecord(folder, { ...record, file: 'c.pcap', state: 'capturing', startedAt });
  utimesSync(recordPath(folder, 'a.pcap'), startedAt / 1000, startedAt / 1000);
  const { out } = await cli('captures');
  expect(out).toMatch(/a\.pcap +198\.18\.5\.5 +do-1 +interrupted +7 +900/);
  expect(out).toMatch(/b\.pcap .* full /);
  expect(out).toMatch(/c\.pcap .* capturing /);
  const [, second] = (await cli('captures', '--json')).out.trim().split('\n');
  const told = {
    ...record,
    file: 'b.pcap',
    path: join(folder, 'b.pcap'),
    state: 'full',
    startedAt,
    endedAt: startedAt,
  };
  expect(JSON.parse(second!)).toEqual({ ...told, sha256: 'ab' });
});
