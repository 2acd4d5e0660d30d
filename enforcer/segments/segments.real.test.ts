import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SegmentChange, SegmentFile } from '@netsentinel/contracts/segments';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { addOvsHosts, type OvsHost } from '@netsentinel/testkit/ovs-hosts';
import { createOvsLab, type OvsLab } from '@netsentinel/testkit/ovs-lab';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyAudit } from '../audit.ts';
import { EnforcerConfig } from '../enforcer.config.ts';
import { createEnforcer } from '../enforcer.ts';
import type { Enforcer } from '../enforcer.types.ts';
import { configuredResponders } from '../responders/index.ts';

const unavailable = namespacesUnavailable(
  'ovs-vswitchd',
  'ovsdb-server',
  'ovs-ofctl',
  'ovs-appctl',
  'ethtool',
  'nsenter',
  'busybox',
);
const COOKIE = 'cookie=0x4e657453656f';

const file = (traffic: readonly string[], rest: Partial<SegmentFile> = {}): SegmentFile => ({
  always: ['198.18.2.250'],
  segments: [
    { name: 'office', members: ['198.18.1.0/24', '2001:db8:1::/48'], may: [{ to: 'servers', traffic: [...traffic] }] },
    { name: 'servers', members: ['198.18.2.0/24', '2001:db8:2::/48'], may: [] },
  ],
  ...rest,
});

describe.skipIf(unavailable !== undefined)('segments in Open vSwitch', () => {
  let ovs: OvsLab;
  let placed: ReturnType<typeof addOvsHosts>;
  let directory: string;
  let enforcer: Enforcer;
  let [office, colleague, server, stranger, office6, server6]: OvsHost[] = [];

  const start = async (settings: object = {}): Promise<Enforcer> => {
    const config = EnforcerConfig.parse({
      mode: 'enforce',
      allow: ['198.18.2.250'],
      responders: { openvswitch: { prefix: ovs.enter, checkMs: 500 } },
      ...settings,
    });
    return createEnforcer({
      config,
      directory,
      clock: systemClock,
      log: silentLogger,
      responders: await configuredResponders(config),
      onReply: () => {},
    });
  };
  const ours = (): string[] =>
    ovs
      .flows()
      .filter((flow) => flow.includes(COOKIE))
      .toSorted();
  const passes = (from: OvsHost | undefined, to: OvsHost | undefined, port: number): boolean =>
    from!.connects(to!.address, port);

  beforeAll(async () => {
    ovs = await createOvsLab();
    placed = addOvsHosts(ovs, [
      '198.18.1.1/15',
      '198.18.1.2/15',
      '198.18.2.1/15',
      '198.18.3.1/15',
      '2001:db8:1::1/32',
      '2001:db8:2::1/32',
    ]);
    [office, colleague, server, stranger, office6, server6] = placed.hosts as OvsHost[];
    for (const port of [443, 22]) for (const host of [office, server, server6]) host!.listen(port);
    directory = mkdtempSync(join(tmpdir(), 'segments-'));
    enforcer = await start();
    await vi.waitUntil(() => passes(office, server, 443) && passes(office6, server6, 443), {
      timeout: 30_000,
      interval: 200,
    });
  });
  afterAll(async () => {
    await enforcer?.close();
    placed?.remove();
    ovs?.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  it('are planned from what switches say: ports, links, hosts and their addresses', async () => {
    const patch = (name: string, peer: string): string[] => [
      'add-port',
      name === 'p0' ? 'br0' : 'br1',
      name,
      '--',
      'set',
      'interface',
      name,
      'type=patch',
      `options:peer=${peer}`,
    ];
    ovs.run('ovs-vsctl', 'add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev');
    ovs.run('ovs-vsctl', ...patch('p0', 'p1'), '--', ...patch('p1', 'p0'));
    expect(stranger!.pings(ovs.lab.defender4)).toBe(true);
    const both = EnforcerConfig.parse({
      responders: { openvswitch: { prefix: ovs.enter, bridges: ['br0', 'br1'] } },
    });
    const [{ network } = {}] = await configuredResponders(both);
    const read = await network!.read();
    expect(read.links).toEqual([
      { from: { switch: 'br0', port: 'p0' }, to: { switch: 'br1', port: 'p1' }, by: 'patch' },
    ]);
    ovs.run('ovs-vsctl', 'del-br', 'br1', '--', 'del-port', 'br0', 'p0');
    // What was learned is forgotten with a port; the switch learns it anew.
    expect(stranger!.pings(ovs.lab.defender4)).toBe(true);
    const topology = await enforcer.segments.topology();
    const [br0] = topology.switches;
    expect(br0).toMatchObject({
      name: 'br0',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      responder: 'openvswitch',
      lacks: [],
    });
    expect(br0?.ports).toContainEqual({
      number: expect.any(Number),
      name: office!.port,
      state: 'up',
      mac: expect.any(String),
    });
    const seen = topology.hosts.find(({ mac }) => mac === stranger!.mac);
    expect(seen).toMatchObject({ addresses: [stranger!.address], at: { switch: 'br0', port: stranger!.port } });
    expect(Math.abs(Date.now() - (seen?.lastSeen ?? 0))).toBeLessThan(300_000);
    ovs.run('ip', 'link', 'set', office!.port, 'down');
    await vi.waitUntil(
      async () =>
        (await enforcer.segments.topology()).switches[0]?.ports.find(({ name }) => name === office!.port)?.state ===
        'down',
      { timeout: 30_000, interval: 200 },
    );
    ovs.run('ip', 'link', 'set', office!.port, 'up');
    await vi.waitUntil(() => passes(office, server, 443), { timeout: 30_000, interval: 200 });
  });

  it('keep apart whom the file keeps apart, let through what it permits, and go again', async () => {
    const before = ovs.flows();
    const wanted = file(['tcp/443', 'ping']);
    expect(stranger!.pings(ovs.lab.defender4)).toBe(true);
    const diff = await enforcer.segments.diff(wanted);
    expect(diff).toMatchObject({ refused: [], parts: [{ switch: 'br0', removes: 0, keeps: 0 }] });
    expect(diff.outside.some((host) => host.startsWith(`${stranger!.mac} ${stranger!.address}`))).toBe(true);
    expect(diff.parts[0]?.lines).toContainEqual(
      expect.stringMatching(
        /^\+ ovs-ofctl add-flow br0 cookie=0x4e657453656f,table=0,priority=59985,tcp,nw_src=198\.18\.1\.0\/24,nw_dst=198\.18\.2\.0\/24,tp_dst=443,actions=NORMAL$/,
      ),
    );
    expect(ovs.flows()).toEqual(before);

    expect(await enforcer.segments.apply(wanted, 'alice', 'a beginning')).toMatchObject({
      status: 'applied',
      id: 1,
      before: 0,
    });
    expect(ours()).toHaveLength(diff.parts[0]?.adds ?? 0);
    expect(passes(office, server, 443)).toBe(true);
    expect(passes(office6, server6, 443)).toBe(true);
    expect(office!.pings(server!.address)).toBe(true);
    expect(passes(stranger, server, 22)).toBe(true);
    expect(colleague!.pings(office!.address)).toBe(true);
    expect(passes(office, server, 22)).toBe(false);
    expect(passes(office6, server6, 22)).toBe(false);
    expect(passes(server, office, 443)).toBe(false);
    expect(server!.pings(office!.address)).toBe(false);
    expect(await enforcer.segments.diff(wanted)).toMatchObject({
      parts: [{ adds: 0, removes: 0, keeps: ours().length }],
    });

    const block = await enforcer.do(
      { measure: 'block', target: office!.address, ttlMs: 60_000 },
      'alice',
      'it attacks',
    );
    expect(['applied', 'verified']).toContain(block.status);
    expect(passes(office, server, 443)).toBe(false);
    expect(passes(colleague, server, 443)).toBe(true);
    expect(await enforcer.segments.apply(file(['any']), 'alice', '')).toMatchObject({
      status: 'applied',
      id: 2,
      before: 1,
    });
    expect(ours()).toEqual([]);
    expect(passes(colleague, server, 22)).toBe(true);
    expect(passes(office, server, 443)).toBe(false);
    await enforcer.revert(block.id, 'alice');
    await vi.waitUntil(() => passes(office, server, 22), { timeout: 30_000 });

    expect(await enforcer.segments.rollback(undefined, 'bob', '')).toMatchObject({
      status: 'applied',
      backTo: 1,
      before: 0,
    });
    expect(passes(office, server, 443)).toBe(true);
    expect(passes(office, server, 22)).toBe(false);
    expect(await enforcer.segments.rollback(undefined, 'bob', '')).toMatchObject({ status: 'applied', backTo: 0 });
    expect(ovs.flows()).toEqual(before);
    expect(enforcer.segments.history().map(({ id, by, backTo }) => [id, by, backTo])).toEqual([
      [4, 'bob', 0],
      [3, 'bob', 1],
      [2, 'alice', undefined],
      [1, 'alice', undefined],
    ]);
  });

  it('stand for hosts by their ports, come back where somebody takes them out, and outlast the enforcer', async () => {
    const ports: SegmentFile = {
      always: [],
      segments: [
        { name: 'one', members: [`br0:${office!.port}`], may: [] },
        { name: 'two', members: [server!.mac], may: [] },
      ],
    };
    expect(office!.pings(server!.address)).toBe(true);
    expect(await enforcer.segments.apply(ports, 'alice', '')).toMatchObject({ status: 'applied' });
    expect(office!.pings(server!.address)).toBe(false);
    expect(colleague!.pings(server!.address)).toBe(true);
    const made = ours();
    ovs.run('ovs-ofctl', '-O', 'OpenFlow14', 'del-flows', 'br0', `${COOKIE}/-1`);
    await vi.waitUntil(() => ours().length === made.length, { timeout: 30_000, interval: 100 });
    await enforcer.close();
    expect(ours()).toEqual(made);
    await ovs.restart();
    enforcer = await start();
    await vi.waitUntil(() => ours().length === made.length, { timeout: 30_000, interval: 100 });
    expect(office!.pings(server!.address)).toBe(false);
    // Where its responder only simulates from now on, all of it goes.
    await enforcer.close();
    enforcer = await start({ mode: 'simulate' });
    await vi.waitUntil(() => ours().length === 0, { timeout: 30_000, interval: 100 });
    expect(await enforcer.segments.apply(file(['ping']), 'alice', '')).toMatchObject({ status: 'simulated', id: 0 });
    expect(ours()).toEqual([]);
    await enforcer.close();
    enforcer = await start();
    await vi.waitUntil(() => ours().length === made.length, { timeout: 30_000, interval: 100 });
    expect(await enforcer.segments.rollback(0, 'alice', '')).toMatchObject({ status: 'applied' });
    expect(ours()).toEqual([]);
  });

  it('are refused where they cut off what is protected, meet flows of others, or name nobody', async () => {
    const refused = async (wanted: SegmentFile): Promise<string> => {
      const change = await enforcer.segments.apply(wanted, 'alice', '');
      expect(change).toMatchObject({ status: 'refused', id: 0 });
      return change.detail;
    };
    const flows = ovs.flows();
    const guarded = file([], { always: [], segments: file([]).segments.map((one) => ({ ...one, may: [] })) });
    expect(await refused(guarded)).toMatch(/^198\.18\.2\.250 would be cut off by servers: it is on the allow list/);
    expect(
      await refused({
        ...guarded,
        always: ['198.18.2.250'],
        segments: [...guarded.segments, { name: 'x', members: ['br0:nobody'], may: [] }],
      }),
    ).toBe('no host is seen at br0:nobody, a member of x');
    ovs.run('ovs-ofctl', '-O', 'OpenFlow14', 'add-flow', 'br0', 'cookie=0x9,priority=59984,tcp,actions=NORMAL');
    expect(await refused({ ...guarded, always: ['198.18.2.250'] })).toContain('priority=59984,tcp actions=NORMAL');
    ovs.run('ovs-ofctl', '-O', 'OpenFlow14', '--strict', 'del-flows', 'br0', 'priority=59984,tcp');
    expect(ovs.flows()).toEqual(flows);
    expect((await verifyAudit(join(directory, 'audit'))).ok).toBe(true);
  });

  it('are the old or the new ones where the enforcer is killed amid a change, and the old or the new ones after it', async () => {
    const files = { old: file(['ping']), renewed: file(['tcp/443', 'udp']) };
    const sets = new Map<string, string>();
    for (const [name, wanted] of Object.entries(files)) {
      expect(await enforcer.segments.apply(wanted, 'alice', name)).toMatchObject({ status: 'applied' });
      sets.set(ours().join('\n'), name);
    }
    expect(await enforcer.segments.apply(files.old, 'alice', 'old')).toMatchObject({ status: 'applied' });
    await enforcer.close();
    let next: keyof typeof files = 'renewed';
    for (let round = 0; round < 6; round++) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'segments.fixture.ts'), directory, ...ovs.enter],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      const gone = once(child, 'close');
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { history } = JSON.parse((await lines.next()).value as string) as { history: SegmentChange[] };
      expect(history.every(({ status }) => status !== 'applying')).toBe(true);
      child.stdin.write(`${JSON.stringify({ file: files[next], reason: next })}\n`);
      const answered = lines.next();
      await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 40 + round * 60))]);
      child.kill('SIGKILL');
      await gone;
      expect([...sets.keys()]).toContain(ours().join('\n'));
      enforcer = await start();
      const current = enforcer.segments.history().find(({ status }) => status === 'applied');
      await vi.waitUntil(() => sets.get(ours().join('\n')) === current?.reason, { timeout: 30_000, interval: 100 });
      await enforcer.close();
      next = current?.reason === 'old' ? 'renewed' : 'old';
    }
    enforcer = await start();
  });
});
