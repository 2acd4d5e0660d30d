import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SegmentFile } from '@netsentinel/contracts/segments';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { relayInto } from '@netsentinel/testkit/netns-relay';
import { oskenMissing, startOsken, type Controller } from '@netsentinel/testkit/osken';
import { addOvsHosts, type OvsHost } from '@netsentinel/testkit/ovs-hosts';
import { createOvsLab, type OvsLab } from '@netsentinel/testkit/ovs-lab';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EnforcerConfig } from '../../enforcer.config.ts';
import { createEnforcer } from '../../enforcer.ts';
import type { Enforcer } from '../../enforcer.types.ts';
import { configuredResponders } from '../index.ts';

const unavailable =
  namespacesUnavailable('ovs-vswitchd', 'ovsdb-server', 'ovs-ofctl', 'ethtool', 'nsenter', 'busybox') ??
  (oskenMissing() || undefined);
const [DPID, DPID_1] = ['0x1e57', '0x1e58'];

describe.skipIf(unavailable !== undefined)('the network behind os-ken', () => {
  let ovs: OvsLab;
  let controller: Controller;
  let relay: { close(): void };
  let placed: ReturnType<typeof addOvsHosts>;
  let directory: string;
  let enforcer: Enforcer;
  let [office, server]: OvsHost[] = [];

  beforeAll(async () => {
    [ovs, controller] = await Promise.all([createOvsLab(), startOsken(undefined, { topology: true })]);
    relay = await relayInto(ovs.lab, 'defender', 6653, `http://127.0.0.1:${controller.openflowPort}`);
    ovs.run('ovs-vsctl', 'add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev');
    for (const [bridge, dpid, port, peer] of [
      ['br0', DPID, 'p0', 'p1'],
      ['br1', DPID_1, 'p1', 'p0'],
    ] as const) {
      const id = `other-config:datapath-id=${BigInt(dpid).toString(16).padStart(16, '0')}`;
      const rest = ['protocols=OpenFlow13', 'fail-mode=secure', 'other-config:disable-in-band=true'];
      ovs.run('ovs-vsctl', 'set', 'bridge', bridge, id, ...rest);
      ovs.run(
        'ovs-vsctl',
        'add-port',
        bridge,
        port,
        '--',
        'set',
        'interface',
        port,
        'type=patch',
        `options:peer=${peer}`,
      );
      ovs.run('ovs-vsctl', 'set-controller', bridge, 'tcp:127.0.0.1:6653');
      ovs.run('ovs-vsctl', 'set', 'controller', bridge, 'max_backoff=1000', 'inactivity_probe=0');
      // As without a controller, but that it hears of hosts.
      for (const flow of ['priority=0,actions=NORMAL', 'priority=1,arp,actions=CONTROLLER:65535,NORMAL'])
        ovs.run('ovs-ofctl', '-O', 'OpenFlow13', 'add-flow', bridge, flow);
    }
    placed = addOvsHosts(ovs, ['198.18.1.1/15', '198.18.2.1/15']);
    [office, server] = placed.hosts as OvsHost[];
    for (const port of [443, 22]) server!.listen(port);
    directory = mkdtempSync(join(tmpdir(), 'ofctl-network-'));
    const config = EnforcerConfig.parse({
      mode: 'enforce',
      responders: { 'ofctl-rest': { url: controller.url, dpids: [DPID, DPID_1] } },
    });
    enforcer = await createEnforcer({
      config,
      directory,
      clock: systemClock,
      log: silentLogger,
      responders: await configuredResponders(config),
      onReply: () => {},
    });
    await vi.waitUntil(() => office!.connects(server!.address, 443), { timeout: 30_000, interval: 200 });
  });
  afterAll(async () => {
    await enforcer?.close();
    placed?.remove();
    ovs?.destroy();
    relay?.close();
    await controller?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is told: ports, links by LLDP, hosts by the ARP that the controller saw', async () => {
    await vi.waitUntil(
      async () => {
        const { links, hosts } = await enforcer.segments.topology();
        return links.length > 0 && hosts.some(({ mac, addresses }) => mac === server!.mac && addresses.length > 0);
      },
      { timeout: 60_000, interval: 500 },
    );
    const { switches, links, hosts } = await enforcer.segments.topology();
    expect(switches.map(({ id, name, lacks }) => [id, name, lacks])).toEqual([
      ['0000000000001e57', DPID, []],
      ['0000000000001e58', DPID_1, []],
    ]);
    const port = { number: expect.any(Number), name: office!.port, state: 'up', mac: expect.any(String) };
    expect(switches[0]?.ports).toContainEqual(port);
    expect(links).toHaveLength(1);
    expect([links[0]?.from, links[0]?.to]).toContainEqual({ switch: DPID, port: 'p0' });
    expect(hosts.find(({ mac }) => mac === server!.mac)).toEqual({
      mac: server!.mac,
      addresses: [server!.address],
      at: { switch: DPID, port: server!.port },
    });
  });

  it('is kept apart as the file says in every switch, and let go again', async () => {
    const file: SegmentFile = {
      always: [],
      segments: [
        {
          name: 'office',
          members: ['198.18.1.0/24'],
          may: [{ to: 'servers', traffic: ['tcp/443', 'ping', 'udp/53'] }],
        },
        { name: 'servers', members: [`0000000000001e57:${server!.port}`], may: [] },
      ],
    };
    const before = ovs.flows();
    const diff = await enforcer.segments.diff(file);
    expect(diff).toMatchObject({ refused: [], parts: [{ removes: 0 }, { removes: 0 }] });
    expect(diff.parts[0]?.lines[0]).toMatch(/^\+ POST \/stats\/flowentry\/add \{"dpid":"7767",/);
    expect(await enforcer.segments.apply(file, 'alice', '')).toMatchObject({ status: 'applied', detail: '' });
    expect(ovs.flows()).toHaveLength(before.length + (diff.parts[0]?.adds ?? 0));
    expect(office!.connects(server!.address, 443)).toBe(true);
    expect(office!.pings(server!.address)).toBe(true);
    expect(office!.connects(server!.address, 22)).toBe(false);
    expect(server!.pings(office!.address)).toBe(false);
    expect(await enforcer.segments.diff(file)).toMatchObject({
      parts: [
        { adds: 0, removes: 0 },
        { adds: 0, removes: 0 },
      ],
    });
    expect(await enforcer.segments.rollback(undefined, 'alice', '')).toMatchObject({ status: 'applied', detail: '' });
    expect(ovs.flows()).toEqual(before);
    expect(server!.pings(office!.address)).toBe(true);
  });
});
