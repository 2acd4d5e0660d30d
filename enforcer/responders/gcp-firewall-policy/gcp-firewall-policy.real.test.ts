/** Google's own client against a fake that checks every request with Google's discovery document; never run live. */
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discoveryMissing, startFakeGoogleCloud, type FakeGoogleCloud } from '../../clouds/gcp/google-cloud.fixture.ts';
import type { Responder } from '../../responder.types.ts';
import { GcpFirewallPolicyConfig } from './gcp-firewall-policy.config.ts';
import { gcpFirewallPolicy } from './gcp-firewall-policy.responder.ts';

describe.skipIf(discoveryMissing && process.env['CI'] === undefined)('a fake of Google Cloud', () => {
  let google: FakeGoogleCloud;
  beforeAll(async () => {
    google = await startFakeGoogleCloud();
  });
  afterAll(() => google.close());

  const config = (change: object = {}): GcpFirewallPolicyConfig =>
    GcpFirewallPolicyConfig.parse({ ...google.settings, everyMs: 0, checkMs: 100, compareMs: 100, ...change });
  const held = (): string[] =>
    [...google.rules.values()]
      .filter(({ ruleName }) => ruleName?.startsWith('netsentinel-') === true)
      .flatMap(({ match }) => match?.srcIpRanges ?? [])
      .map((text) => formatNetwork(parseNetwork(text)!));

  responderSuite('gcp-firewall-policy', () => {
    google.reset();
    return Promise.resolve({
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => gcpFirewallPolicy.create(ctx, config()),
      blocked: () => Promise.resolve(held()),
      vandalize: () => {
        google.rules.clear();
        return Promise.resolve();
      },
      until,
      destroy: () => Promise.resolve(),
    });
  });

  describe('with what is there', () => {
    let responder: Responder | undefined;
    beforeEach(() => google.reset());
    afterEach(() => responder?.close());
    const make = (change: object = {}): Responder =>
      (responder = gcpFirewallPolicy.create(new FakeResponderContext(), config(change)));
    const theirs = { priority: 1000, ruleName: 'web', match: { srcIpRanges: ['0.0.0.0/0'] } };

    it('denies everything in a rule for each family, and leaves those of others', async () => {
      google.rules.set(1000, theirs);
      await make().start();
      expect(await responder!.apply(['198.51.100.7', '2001:db8::/64'].map((text) => blockOf(text)))).toMatchObject([
        { ok: true },
        { ok: true },
      ]);
      const rule = { action: 'deny', direction: 'INGRESS' };
      const all = { layer4Configs: [{ ipProtocol: 'all' }] };
      expect(google.rules.get(100)).toMatchObject({ ...rule, match: { ...all, srcIpRanges: ['198.51.100.7/32'] } });
      expect(google.rules.get(101)).toMatchObject({ ...rule, match: { ...all, srcIpRanges: ['2001:db8::/64'] } });
      google.changes.length = 0;
      await responder!.apply([blockOf('198.51.100.8')]);
      expect(google.changes).toEqual(['patchRule 100']);
      await responder!.apply([unblockOf('2001:db8::/64')]);
      expect(google.rules.has(101)).toBe(false);
      await responder!.clear();
      expect([...google.rules.values()]).toEqual([theirs]);
    });

    it('does not touch a rule that has its priority and another name', async () => {
      google.rules.set(1000, theirs);
      await make({ firstPriority: 1000 }).start();
      expect(await responder!.apply([blockOf('198.51.100.7')])).toMatchObject([
        { ok: false, reason: expect.stringContaining('1000') },
      ]);
      expect([...google.rules.values()]).toEqual([theirs]);
    });

    it('takes its rule along to another priority', async () => {
      await make().start();
      await responder!.apply([blockOf('198.51.100.7')]);
      await responder!.close();
      await make({ firstPriority: 50 }).start();
      await responder!.apply([blockOf('198.51.100.8')]);
      expect([...google.rules.keys()]).toEqual([50]);
    });

    it('tries again what Google is too busy for, in the answer and in the operation', async () => {
      await make().start();
      google.answers.push({
        status: 403,
        body: { error: { message: 'slow down', errors: [{ reason: 'rateLimitExceeded' }] } },
      });
      google.failures.push({ code: 'RESOURCE_NOT_READY', message: 'not now' });
      expect(await responder!.apply([blockOf('198.51.100.7')])).toMatchObject([{ ok: true }]);
      expect(held()).toEqual(['198.51.100.7']);
    });

    it('says which rights it lacks, and that it was never run live', async () => {
      google.answers.push({ status: 403, body: { error: { message: 'no', errors: [{ reason: 'forbidden' }] } } });
      expect(await make().start()).toMatchObject({
        available: false,
        reason: 'HTTP 403 forbidden: no',
        hint: expect.stringContaining('Security Admin'),
      });
      expect(await responder!.sync()).toMatchObject({
        available: true,
        detail: expect.stringContaining('never run live'),
      });
    });
  });
});
