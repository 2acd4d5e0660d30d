import { systemClock } from '@netsentinel/kernel/clock';
import { parseNetwork } from '@netsentinel/kernel/address';
import { silentLogger } from '@netsentinel/kernel/log';
import { firewallTrafficSuite } from '@netsentinel/testkit/contracts/firewall-traffic.suite';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { droppedNetworks } from '@netsentinel/testkit/dropped-networks';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { createOvsLab, type OvsLab } from '@netsentinel/testkit/ovs-lab';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../responder.types.ts';
import { OpenvswitchConfig } from './openvswitch.config.ts';
import { openvswitch } from './openvswitch.responder.ts';

const NOBODY = { family: 4, base: 0n, prefix: 32 } as const;
const unavailable = namespacesUnavailable('ovs-vswitchd', 'ovsdb-server', 'ovs-ofctl', 'ethtool', 'nsenter');

describe.skipIf(unavailable !== undefined)('openvswitch', () => {
  responderSuite('openvswitch in a namespace of its own', async () => {
    const { enter, run, flows, destroy } = await createOvsLab();
    const config = OpenvswitchConfig.parse({ prefix: enter, checkMs: 100 });
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => openvswitch.create(ctx, config),
      blocked: () => Promise.resolve(droppedNetworks(flows())),
      vandalize: () => {
        run('ovs-ofctl', '-O', 'OpenFlow14', 'del-flows', 'br0');
        return Promise.resolve();
      },
      until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 50 }).then(() => {}),
      destroy: () => {
        destroy();
        return Promise.resolve();
      },
    };
  });

  const disruptions = [
    'all flows are deleted',
    'one of the two flows is deleted',
    'our flows let packets pass',
    'the switch is restarted',
  ] as const;
  firewallTrafficSuite('openvswitch', disruptions, async () => {
    const { lab, enter, run, restart, destroy } = await createOvsLab();
    const config = OpenvswitchConfig.parse({ prefix: enter, checkMs: 500 });
    const ofctl = (...args: string[]): string => run('ovs-ofctl', '-O', 'OpenFlow14', ...args);
    return {
      lab,
      create: (ctx) => openvswitch.create(ctx, config),
      disruptions: {
        'all flows are deleted': () => {
          ofctl('del-flows', 'br0');
          ofctl('add-flow', 'br0', 'priority=0,actions=NORMAL');
        },
        'one of the two flows is deleted': () => {
          ofctl('del-flows', 'br0', 'ip,nw_src=198.18.0.2');
        },
        'our flows let packets pass': () => {
          ofctl('mod-flows', 'br0', `cookie=${config.cookie}/-1,actions=NORMAL`);
        },
        'the switch is restarted': restart,
      } satisfies Record<(typeof disruptions)[number], () => void | Promise<void>>,
      destroy,
    };
  });

  describe('beyond dropping', () => {
    let ovs: OvsLab;
    let probe: PacketProbe;
    beforeAll(async () => {
      ovs = await createOvsLab();
      ovs.lab.addAttackers(['198.18.0.3/15']);
      ovs.run(
        'ovs-vsctl',
        '--',
        'add-port',
        'br0',
        'tap7',
        '--',
        'set',
        'interface',
        'tap7',
        'type=internal',
        'ofport_request=7',
      );
      ovs.run('ip', 'link', 'set', 'tap7', 'up');
      probe = await PacketProbe.start(ovs.lab);
    });
    afterAll(() => ovs.destroy());
    const take = async (target: string, measure: 'isolate' | 'mirror') => {
      const held: Entry[] = [{ network: parseNetwork(target) ?? NOBODY, remainingMs: 60_000, measure }];
      const config = { prefix: ovs.enter, management: ['198.18.0.3'], mirrorPort: 7, checkMs: 500 };
      const responder = openvswitch.create(
        {
          clock: systemClock,
          log: silentLogger,
          intended: { remainingMs: () => 60_000, all: () => held, count: () => held.length },
          onMended: () => {},
        },
        OpenvswitchConfig.parse(config),
      );
      expect(await responder.start()).toMatchObject({ available: true });
      const [outcome] = await responder.apply(held.map((entry) => ({ kind: 'block', renew: true, ...entry })));
      expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
      return responder;
    };

    it('isolates a host: management reaches it, and nobody else', async () => {
      expect(await probe.passes('198.18.0.2')).toBe(true);
      const responder = await take('198.18.0.1', 'isolate');
      expect(await probe.dropped('198.18.0.2')).toBe(true);
      expect(await probe.passes('198.18.0.3')).toBe(true);
      await responder.clear();
      expect(await probe.passes('198.18.0.2')).toBe(true);
      await responder.close();
    });

    it('mirrors what a network sends and gets, which passes as before', async () => {
      expect(await probe.passes('198.18.0.2')).toBe(true);
      const copied = (): number =>
        Number(/tx pkts=(\d+)/.exec(ovs.run('ovs-ofctl', '-O', 'OpenFlow14', 'dump-ports', 'br0', '7'))?.[1]);
      const before = copied();
      const responder = await take('198.18.0.2', 'mirror');
      // A hundred exchanges on a connection, there and back: so many are no chance broadcasts.
      for (let i = 0; i < 100; i++) expect(await probe.exchange('198.18.0.2')).toBe(true);
      await vi.waitUntil(() => copied() - before >= 200, { timeout: 30_000, interval: 100 });
      await responder.clear();
      await responder.close();
    });
  });

  describe('beside others', () => {
    let ovs: OvsLab;
    beforeAll(async () => {
      ovs = await createOvsLab();
    });
    afterAll(() => ovs.destroy());
    const network = parseNetwork('198.18.0.2') ?? { family: 4 as const, base: 0n, prefix: 32 };
    const make = (mended: string[] = [], settings: object = {}) =>
      openvswitch.create(
        {
          clock: systemClock,
          log: silentLogger,
          intended: { remainingMs: () => 60_000, all: () => [], count: () => 0 },
          onMended: (what) => mended.push(what),
        },
        OpenvswitchConfig.parse({ prefix: ovs.enter, checkMs: 100, ...settings }),
      );
    const add = (flow: string): string => ovs.run('ovs-ofctl', '-O', 'OpenFlow14', 'add-flow', 'br0', flow);

    it('leaves their flows, and takes out those that bear its cookie', async () => {
      add('cookie=0x77,priority=59999,ip,nw_src=198.18.0.2,actions=NORMAL');
      add('cookie=0x77,table=3,priority=60000,ip,nw_src=198.18.0.2,actions=drop');
      const before = ovs.flows();
      const mended: string[] = [];
      const responder = make(mended);
      expect(await responder.start()).toEqual({ available: true, detail: 'flows in br0' });
      await responder.apply([{ kind: 'block', network, remainingMs: 60_000, renew: false }]);
      expect(ovs.flows()).toHaveLength(before.length + 2);
      await responder.apply([{ kind: 'unblock', network }]);
      expect(ovs.flows()).toEqual(before);
      add('cookie=0x4e657453656e,priority=5,ip,nw_src=198.18.0.9,actions=drop');
      await vi.waitUntil(() => mended.length > 0, { timeout: 30_000 });
      await responder.clear();
      expect(ovs.flows()).toEqual(before);
      await responder.close();
    });

    it('keeps away from a switch where its priority is taken, or that is not there, and says so', async () => {
      add('cookie=0x78,priority=61000,tcp,tp_dst=22,actions=NORMAL');
      const taken = make([], { priority: 61_000 });
      expect(await taken.start()).toMatchObject({
        available: false,
        reason: expect.stringContaining('priority=61000,tcp,tp_dst=22 actions=NORMAL'),
      });
      expect(ovs.flows().join('\n')).toContain('cookie=0x78, priority=61000,tcp');
      const absent = make([], { bridges: ['br7'] });
      expect(await absent.start()).toMatchObject({
        available: false,
        reason: 'br7: br7 is not a bridge or a socket',
        hint: expect.stringContaining('ovs-vsctl show'),
      });
      const one = make([], { bridges: ['br7', 'br0'] });
      expect(await one.start()).toMatchObject({ available: true, detail: expect.stringMatching(/^flows in br0; br7/) });
      await Promise.all([taken.close(), absent.close(), one.close()]);
    });

    it('says what a switch lacks that speaks only the first OpenFlow', async () => {
      ovs.run('ovs-vsctl', 'set', 'bridge', 'br0', 'protocols=OpenFlow10');
      const responder = make();
      expect(await responder.start()).toMatchObject({ hint: expect.stringContaining('protocols=OpenFlow13') });
      ovs.run('ovs-vsctl', 'set', 'bridge', 'br0', 'protocols=OpenFlow13');
      expect(await responder.sync()).toMatchObject({ available: true });
      const [outcome] = await responder.apply([{ kind: 'block', network, remainingMs: 1e9, renew: false }]);
      expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
      await responder.clear();
      await responder.close();
    });
  });
});
