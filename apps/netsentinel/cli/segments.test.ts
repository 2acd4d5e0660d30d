/** `topology` and `segments` against an enforcer whose switch is played, with names that nobody would like to see on a terminal. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startControl, type ControlServer } from '@netsentinel/enforcer/control';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFlowSwitch } from '@netsentinel/testkit/fake-flow-switch';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataFolder } from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';

const HOSTILE = 'eth0\u001b]0;mine\u0007\u202e';
const MAC = '02:00:00:00:00:01';

let top: string;
let places: readonly FakeFlowSwitch[];
let enforcer: Enforcer;
let server: ControlServer;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-segments-'));
  writeFileSync(join(top, 'netsentinel.yaml'), `data: ${join(top, 'data')}\n`);
  const socketPath = dataFolder(join(top, 'data')).enforcerSocket;
  mkdirSync(dirname(socketPath), { recursive: true });
  places = ['br0', 'br1'].map((name) => new FakeFlowSwitch(name, systemClock));
  const port = { number: 1, name: HOSTILE, state: 'up', mac: MAC } as const;
  const host = { mac: MAC, addresses: ['198.18.9.9'], at: { switch: 'br0', port: HOSTILE } };
  enforcer = await createEnforcer({
    config: EnforcerConfig.parse({ ipCommand: ['/nonexistent/ip'], resolvConf: '/nonexistent', allow: ['198.18.2.1'] }),
    directory: join(top, 'enforcer'),
    clock: systemClock,
    log: silentLogger,
    responders: [
      {
        id: 'openvswitch',
        mode: 'enforce',
        create: (ctx) => new FakeResponder(new FakeFirewall(systemClock), ctx),
        network: {
          switches: places.map((place) => ({ place, priorities: new Set([1, 2]) })),
          words: { portMasks: true, acknowledges: true },
          onward: { kind: 'normal' },
          read: () =>
            Promise.resolve({
              switches: [
                {
                  id: '0000000000001e57',
                  name: 'br0',
                  responder: 'openvswitch',
                  ports: [port],
                  lacks: [],
                },
              ],
              links: [],
              hosts: [host],
              controllers: ['198.18.2.2'],
            }),
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
  captured(['--config', join(top, 'netsentinel.yaml'), ...args]);

const write = (always: string, traffic: string): string => {
  const path = join(top, 'segments.yaml');
  writeFileSync(
    path,
    `always: [${always}]
segments:
  - name: office
    members: [198.18.1.0/24]
    may:
      - to: servers
        traffic: [${traffic}]
  - name: servers
    members: [198.18.2.0/24]
`,
  );
  return path;
};
const ALWAYS = '198.18.2.0/30';

it('shows what switches say, and nothing that a terminal would obey', async () => {
  const { code, out } = await cli('topology');
  expect(code).toBe(0);
  expect(out).toContain('br0');
  expect(out).toMatch(/02:00:00:00:00:01 +br0:eth0.* 198\.18\.9\.9\n/);
  const { out: json } = await cli('topology', '--json');
  expect(JSON.parse(json)).toMatchObject({ hosts: [{ at: { port: HOSTILE } }] });
  for (const text of [out, json]) expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
});

it('checks a file, with the place of each mistake', async () => {
  expect(await cli('segments', 'check', write(ALWAYS, 'tcp/443, ping'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('office: 1 members, tcp/443 ping to servers'),
  });
  const wrong = await cli('segments', 'check', write('198.18.2.1/24', 'tcp/0'));
  expect(wrong.code).toBe(1);
  expect(wrong.err).toMatch(
    /segments\.yaml:1:10: always\.0: Not an address.*\n.*segments\.yaml:7:19: .*Ports are 1 to 65535/,
  );
  expect((await cli('segments', 'check', join(top, 'nowhere.yaml'))).code).toBe(4);
});

it('applies what the comparison showed, everywhere, and goes back', async () => {
  const path = write(ALWAYS, 'tcp/443');
  const diff = await cli('segments', 'diff', path);
  expect(diff).toMatchObject({ code: 0, out: expect.stringContaining(`${MAC} 198.18.9.9 at br0:eth0`) });
  expect(diff.out).toMatch(/br1 \(openvswitch, enforce\): \+\d+ -0, 0 stay\n {2}\+ add normal /);
  expect(places.map(({ flows }) => flows.size)).toEqual([0, 0]);
  const applied = await cli('segments', 'apply', path, '--reason', 'a trial');
  expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('change 1 applied: office, servers') });
  const made = [...places[0]!.flows.keys()];
  expect(made).toContain('drop src 198.18.1.0/24 dst 198.18.2.0/24');
  expect([...places[1]!.flows.keys()]).toEqual(made);
  expect((await cli('segments', 'history')).out).toMatch(/1 .* in force .* office servers .*a trial/);
  expect((await cli('segments', 'rollback')).out).toContain('change 2 applied: no segments');
  expect(places.map(({ flows }) => flows.size)).toEqual([0, 0]);
  expect((await cli('segments', 'rollback', '7')).err).toContain('segments history');
  expect((await cli('segments', 'rollback', '1')).code).toBe(0);
  expect([...places[1]!.flows.keys()]).toEqual(made);
});

it('changes no switch where one is away, would cut somebody off, or does not follow', async () => {
  places[1]!.down = true;
  expect(await cli('segments', 'apply', write(ALWAYS, 'ping'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('br1 is down'),
  });
  places[1]!.down = false;
  const cut = await cli('segments', 'diff', write('', 'ping'));
  expect(cut).toMatchObject({ code: 1, out: expect.stringContaining('198.18.2.1 would be cut off by servers') });
  expect(cut.out).toContain('198.18.2.2 would be cut off by servers: it is a controller');
  const follow = places[1]!.replace.bind(places[1]);
  places[1]!.replace = () => Promise.resolve({ ok: false, reason: 'the table is full' });
  const failed = await cli('segments', 'apply', write(ALWAYS, 'ping'));
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('failed: br1: the table is full') });
  places[1]!.replace = follow;
  expect(places.map(({ flows }) => flows.size)).toEqual([0, 0]);
  expect((await cli('segments', 'history')).out).toMatch(/1 .* failed .*the table is full/);
});
