/** What attackers can put into evidence, through the whole enforcer: nothing changes that should not. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderReply } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from './audit.ts';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';

let directory: string;
let clock: ManualClock;
let firewall: FakeFirewall;
let replies: OrderReply[];
let enforcer: Enforcer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'enforcer-'));
  clock = new ManualClock();
  firewall = new FakeFirewall(clock);
  replies = [];
  await start();
});
afterEach(async () => {
  await enforcer.close();
  rmSync(directory, { recursive: true });
});

const start = async (config: object = {}): Promise<void> => {
  enforcer = await createEnforcer({
    config: EnforcerConfig.parse({
      ipCommand: ['/nonexistent/ip'],
      resolvConf: '/nonexistent',
      allow: ['203.0.113.0/24', '2001:db8:a::/48'],
      management: ['10.0.0.0/8'],
      ...config,
    }),
    directory,
    clock,
    log: silentLogger,
    responders: [{ id: 'fake', mode: 'enforce', create: (ctx) => new FakeResponder(firewall, ctx) }],
    onReply: (reply) => replies.push(reply),
    uptime: () => ({ boot: 'boot', ms: clock.monotonicMs() }),
  });
};
const settle = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
};
const order = (id: string, target: string, changes: object = {}): object => ({
  kind: 'block',
  id,
  target,
  expiresAt: clock.now() + 3_600_000,
  reason: 'evidence',
  incident: 'i',
  sourceVerified: true,
  ...changes,
});
const own = Object.values(networkInterfaces()).flatMap((infos) =>
  (infos ?? []).map(({ address }) => address.split('%')[0]!),
);

it.each([
  ...own,
  '10.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '0:0:0:0:0:ffff:10.0.0.1',
  '203.0.113.7',
  '2001:db8:a::7',
  '2001:0DB8:000A:0::/64',
  '0.0.0.0/0',
  '::/0',
  '::ffff:0:0/96',
  '64:ff9b::10.0.0.1',
  '64:ff9b::/64',
  '64:ff9b:1:2::/64',
  '0.0.0.0',
  '255.255.255.255',
  '127.0.0.1',
  '010.0.0.1',
  '0x0a000001',
  '167772161',
  '10.1',
  '198.18.0.0/8',
  '198.18.5.5/33',
  '198.18.5.5; nft flush ruleset',
  '$(reboot)',
  '`id`',
  '198.18.5.5\n198.18.5.6',
  '198.18.5.5 }',
  '',
])('a source of %j changes nothing', async (target) => {
  enforcer.handle(order('a', target));
  await settle();
  expect(replies.at(-1)?.status).toBe('refused');
  expect(firewall.applied).toBe(0);
  expect(enforcer.list()).toEqual([]);
});

it('a source that nobody proved changes nothing, whoever it is', async () => {
  for (let i = 0; i < 100; i++) enforcer.handle(order(`a${i}`, `198.18.5.${i}`, { sourceVerified: false }));
  await settle();
  expect(firewall.applied).toBe(0);
});

it('text of attackers stays text, in the plan and in the audit', async () => {
  const nasty = '"; nft flush ruleset #$(reboot)\u001b[2J\n{"seq":1}';
  enforcer.handle(
    order('a', '198.18.5.5', {
      reason: nasty,
      incident: nasty.slice(0, 64),
      actor: nasty.slice(0, 64),
      rules: [nasty],
    }),
  );
  await settle();
  expect(firewall.blocked()).toEqual(['198.18.5.5']);
  expect(replies.flatMap(({ parts }) => parts ?? []).find(({ plan }) => plan !== undefined)?.plan).toEqual([
    'block 198.18.5.5',
  ]);
  await enforcer.close();
  const folder = join(directory, 'audit');
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
  expect(lines.every((line) => !line.includes('\u001b') && JSON.parse(line) !== null)).toBe(true);
  expect(await verifyAudit(folder)).toMatchObject({ ok: true });
});

it('a flood fills no table beyond its bound, and whoever was blocked before stays so', async () => {
  await enforcer.close();
  await start({ limits: { maxEntries: 50, ordersPerMinute: 200 }, approval: { maxWaiting: 5 } });
  enforcer.handle(order('first', '198.18.9.9'));
  await settle();
  for (let i = 0; i < 500; i++) enforcer.handle(order(`f${i}`, `198.18.${i >> 8}.${i & 255}`));
  await settle();
  expect(enforcer.describe()).toMatchObject({ blocks: 50, responders: [{ blocks: 50 }] });
  expect(firewall.blocked()).toContain('198.18.9.9');
  expect(replies.filter(({ status }) => status === 'refused')).toHaveLength(451);
  // Networks on one kind of evidence wait for a person, and those who wait are bounded too.
  clock.advance(61_000);
  await enforcer.revertAll('the test');
  for (let i = 0; i < 20; i++) enforcer.handle(order(`n${i}`, `198.19.${i}.0/24`));
  await settle();
  expect(enforcer.describe().awaitingApproval).toBe(5);
  expect(firewall.blocked()).toEqual([]);
});

it('nobody can approve what is protected, or has become so since', async () => {
  enforcer.handle(order('a', '198.18.5.0/24'));
  await settle();
  expect(enforcer.describe().awaitingApproval).toBe(1);
  await enforcer.close();
  await start({ allow: ['198.18.5.7'] });
  expect(await enforcer.decide('approve', 'a', 'eve', 'trust me')).toMatchObject({ status: 'refused' });
  expect(firewall.blocked()).toEqual([]);
});
