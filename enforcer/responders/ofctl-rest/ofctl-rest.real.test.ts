import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { firewallTrafficSuite } from '@netsentinel/testkit/contracts/firewall-traffic.suite';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { droppedNetworks } from '@netsentinel/testkit/dropped-networks';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { relayInto } from '@netsentinel/testkit/netns-relay';
import { oskenMissing, startOsken, type Controller } from '@netsentinel/testkit/osken';
import { createOvsLab, type OvsLab } from '@netsentinel/testkit/ovs-lab';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../responder.types.ts';
import { OfctlRestConfig } from './ofctl-rest.config.ts';
import { ofctlRest } from './ofctl-rest.responder.ts';

const unavailable =
  namespacesUnavailable('ovs-vswitchd', 'ovsdb-server', 'ovs-ofctl', 'ethtool', 'nsenter') ??
  (oskenMissing() || undefined);
const DPID = '0x1e57';

describe.skipIf(unavailable !== undefined)('ofctl-rest', () => {
  let ovs: OvsLab;
  let controller: Controller;
  let relay: { close(): void };
  const ofctl = (...args: string[]): string => ovs.run('ovs-ofctl', '-O', 'OpenFlow13,OpenFlow14,OpenFlow15', ...args);
  const connected = async (): Promise<void> => {
    await vi.waitUntil(
      async () => {
        const answer = await fetch(`${controller.url}/stats/switches`);
        return ((await answer.json()) as number[]).includes(Number(DPID));
      },
      { timeout: 30_000, interval: 100 },
    );
  };
  const speak = (versions: string): string => ovs.run('ovs-vsctl', 'set', 'bridge', 'br0', `protocols=${versions}`);

  beforeAll(async () => {
    [ovs, controller] = await Promise.all([createOvsLab(), startOsken()]);
    relay = await relayInto(ovs.lab, 'defender', 6653, `http://127.0.0.1:${controller.openflowPort}`);
    speak('OpenFlow13');
    // As without a controller, but for what it orders.
    const id = `other-config:datapath-id=${BigInt(DPID).toString(16).padStart(16, '0')}`;
    ovs.run('ovs-vsctl', 'set', 'bridge', 'br0', id, 'fail-mode=secure', 'other-config:disable-in-band=true');
    ovs.run('ovs-vsctl', 'set-controller', 'br0', 'tcp:127.0.0.1:6653');
    ovs.run('ovs-vsctl', 'set', 'controller', 'br0', 'max_backoff=1000', 'inactivity_probe=0');
    ofctl('add-flow', 'br0', 'priority=0,actions=NORMAL');
    await connected();
  });
  afterAll(async () => {
    ovs?.destroy();
    relay?.close();
    await controller?.stop();
  });

  responderSuite('ofctl-rest with os-ken and Open vSwitch', () =>
    Promise.resolve({
      clock: systemClock,
      log: silentLogger,
      create: (ctx) =>
        ofctlRest.create(ctx, OfctlRestConfig.parse({ url: controller.url, dpids: [DPID], checkMs: 100 })),
      blocked: () => Promise.resolve(droppedNetworks(ovs.flows())),
      vandalize: () => {
        ofctl('del-flows', 'br0');
        ofctl('add-flow', 'br0', 'priority=0,actions=NORMAL');
        return Promise.resolve();
      },
      until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 50 }).then(() => {}),
      destroy: () => {
        ofctl('del-flows', 'br0', 'cookie=0x4e657453656e/-1');
        return Promise.resolve();
      },
    }),
  );

  const disruptions = ['our flows are deleted', 'our flows let packets pass'] as const;
  firewallTrafficSuite('ofctl-rest', disruptions, () =>
    Promise.resolve({
      lab: ovs.lab,
      create: (ctx) =>
        ofctlRest.create(ctx, OfctlRestConfig.parse({ url: controller.url, dpids: [DPID], checkMs: 500 })),
      disruptions: {
        'our flows are deleted': () => {
          ofctl('del-flows', 'br0', 'cookie=0x4e657453656e/-1');
        },
        'our flows let packets pass': () => {
          ofctl('mod-flows', 'br0', 'cookie=0x4e657453656e/-1,actions=NORMAL');
        },
      } satisfies Record<(typeof disruptions)[number], () => void>,
      destroy: () => {},
    }),
  );

  describe('beside others', () => {
    const network = parseNetwork('198.18.2.0/24') ?? { family: 4 as const, base: 0n, prefix: 32 };
    const network6 = parseNetwork('2001:db8:5::5') ?? network;
    const other = parseNetwork('198.18.3.3') ?? network;
    const make = (settings: object = {}) => {
      const held = new Map<string, Entry>();
      const responder = ofctlRest.create(
        {
          clock: systemClock,
          log: silentLogger,
          intended: {
            remainingMs: (of) => held.get(formatNetwork(of))?.remainingMs,
            all: () => held.values(),
            count: () => held.size,
          },
          onMended: () => {},
        },
        OfctlRestConfig.parse({
          url: controller.url,
          dpids: [DPID],
          checkMs: 100,
          mirrorPort: 9,
          management: ['2001:db8:99::/48'],
          ...settings,
        }),
      );
      const block = async (target = network, measure: Measure = 'block'): Promise<boolean> => {
        const entry = { network: target, remainingMs: 60_000, measure };
        held.set(formatNetwork(target), entry);
        const [outcome] = await responder.apply([{ kind: 'block', renew: false, ...entry }]);
        return outcome?.ok === true && outcome.verified;
      };
      return { responder, block };
    };

    it.each(['OpenFlow13', 'OpenFlow14'])('speaks %s, and leaves flows of others', async (version) => {
      speak(version);
      await connected();
      ovs.run(
        'ovs-ofctl',
        '-O',
        version,
        'add-flow',
        'br0',
        'cookie=0x77,priority=59999,ip,nw_src=198.18.2.0/24,actions=NORMAL',
      );
      const before = ovs.flows();
      const { responder, block } = make();
      await vi.waitUntil(async () => (await responder.start()).available, { timeout: 30_000, interval: 100 });
      expect(await block()).toBe(true);
      expect(ovs.flows()).toHaveLength(before.length + 2);
      expect(await block(network6, 'isolate')).toBe(true);
      expect(await block(other, 'mirror')).toBe(true);
      expect(ovs.flows().filter((flow) => flow.includes('output:9,'))).toHaveLength(2);
      expect(ovs.flows().filter((flow) => flow.includes('2001:db8:99::/48') && flow.includes('NORMAL'))).toHaveLength(
        2,
      );
      expect(await responder.clear()).toMatchObject({ available: true });
      expect(ovs.flows()).toEqual(before);
      await responder.close();
      speak('OpenFlow13');
      await connected();
    });

    it('says what is wrong: a switch that is away, a priority that is taken, an OpenFlow without ends', async () => {
      const absent = make({ dpids: ['77'] }).responder;
      expect(await absent.start()).toMatchObject({
        reason: 'the controller knows no switch with dpid 77, or has no ofctl_rest',
      });
      const taken = make({ priority: 59_999 }).responder;
      await vi.waitUntil(
        async () => {
          const found = await taken.start();
          return !found.available && found.reason.includes('"priority":59999');
        },
        { timeout: 30_000, interval: 100 },
      );
      const both = make({ dpids: ['77', DPID] }).responder;
      expect(await both.start()).toMatchObject({
        available: true,
        detail: expect.stringMatching(/^flows in dpid 0x1e57; dpid 77/),
      });
      speak('OpenFlow15');
      const newer = make().responder;
      await vi.waitUntil(
        async () => {
          const found = await newer.start();
          return !found.available && found.hint.includes('protocols=OpenFlow13');
        },
        { timeout: 30_000, interval: 100 },
      );
      speak('OpenFlow13');
      await connected();
      await Promise.all([absent, taken, both, newer].map((responder) => responder.close()));
    });

    it('makes everything anew when the controller is back', async () => {
      const { responder, block } = make();
      await vi.waitUntil(async () => (await responder.start()).available, { timeout: 30_000, interval: 100 });
      expect(await block()).toBe(true);
      const ports = { rest: Number(new URL(controller.url).port), openflow: controller.openflowPort };
      await controller.stop();
      await vi.waitUntil(() => !responder.availability().available, { timeout: 30_000 });
      expect(responder.availability()).toMatchObject({ reason: expect.stringContaining('does not answer') });
      ofctl('del-flows', 'br0', 'cookie=0x4e657453656e/-1');
      controller = await startOsken(ports);
      await vi.waitUntil(() => droppedNetworks(ovs.flows()).length === 1, { timeout: 30_000 });
      await responder.clear();
      await responder.close();
    });
  });
});
