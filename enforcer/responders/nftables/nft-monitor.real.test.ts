import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../program.ts';
import { NftMonitor, type MonitorEvent } from './nft-monitor.ts';

/** Whatever the reader of the kernel's messages and nft's own monitor might see differently. */
const SCRIPTS = [
  'add table inet netsentinel; add table inet other; add set inet other v4_32 { type ipv4_addr; }',
  'add set inet netsentinel v4_32 { type ipv4_addr; flags timeout; }; add set inet netsentinel v6_64 { type ipv6_addr; flags timeout; }',
  'add chain inet netsentinel prerouting { type filter hook prerouting priority -310; policy accept; }',
  'add rule inet netsentinel prerouting ip saddr @v4_32 counter drop',
  'add element inet netsentinel v4_32 { 198.18.0.1 timeout 1m, 198.18.0.2 timeout 1h, 0.0.0.0 timeout 1h }',
  'add element inet netsentinel v6_64 { 2001:db8:: timeout 1m, ::ffff:198.18.0.1 timeout 1m, fe80::1 timeout 1m }',
  'add element inet other v4_32 { 198.18.0.9 }',
  'add element inet netsentinel v4_32 { 198.18.0.3 timeout 1m }; delete element inet netsentinel v4_32 { 198.18.0.1 }',
  'flush set inet netsentinel v4_32',
  'flush chain inet netsentinel prerouting; delete table inet other',
  'delete table inet netsentinel',
];

describe.skipIf(namespacesUnavailable() !== undefined)('NftMonitor', () => {
  let lab: NetworkLab;
  let directory: string;
  let monitors: NftMonitor[];

  beforeEach(() => {
    lab = createNetworkLab();
    directory = mkdtempSync(join(tmpdir(), 'nft-monitor-'));
    monitors = [];
  });
  afterEach(async () => {
    await Promise.all(monitors.map((monitor) => monitor.close()));
    lab.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A program that runs nft in the lab, and nothing else, is called `wrapper`. */
  const wrapper = (...leading: string[]): Command => {
    const path = join(directory, 'wrapper');
    writeFileSync(path, `#!/bin/sh\n[ "$1" = monitor ] || exit 1\nexec ${lab.inDefender.join(' ')} nft "$@"\n`);
    chmodSync(path, 0o755);
    return [path, ...leading];
  };
  const watch = (command: Command): { readonly monitor: NftMonitor; readonly events: MonitorEvent[] } => {
    const events: MonitorEvent[] = [];
    const monitor = new NftMonitor({
      command,
      table: 'netsentinel',
      clock: systemClock,
      onEvent: (event) => events.push(event),
      onDown: () => {},
    });
    monitors.push(monitor);
    monitor.start();
    return { monitor, events };
  };
  /** Until each has told of a transaction that changes nothing. */
  const heard = async (...all: readonly MonitorEvent[][]): Promise<void> => {
    await vi.waitUntil(
      () => {
        lab.run('defender', ['nft', 'add table inet nothing; delete table inet nothing']);
        return all.every((events) => events.length > 0);
      },
      { timeout: 20_000, interval: 50 },
    );
    for (const events of all) events.length = 0;
  };
  /** An event for each element, whose address may be written in two ways. */
  const told = (events: readonly MonitorEvent[]): unknown[] =>
    events.flatMap((event): unknown[] =>
      event.kind === 'element'
        ? event.elements.map((element) => ({ ...event, elements: parseAddress(element) }))
        : [event],
    );

  it('tells the same by the kernel’s messages as by nft’s own lines', async () => {
    const [program = '', ...leading] = lab.inDefender;
    const [ours, theirs] = [watch([program, ...leading, 'nft']), watch(wrapper())];
    expect([ours.monitor.readsAllFirst, theirs.monitor.readsAllFirst]).toEqual([false, true]);
    await heard(ours.events, theirs.events);
    for (const script of SCRIPTS) lab.run('defender', ['nft', script]);
    const done = (events: readonly MonitorEvent[]): boolean =>
      events.filter(({ kind }) => kind === 'generation').length >= SCRIPTS.length;
    await vi.waitUntil(() => done(ours.events) && done(theirs.events), { timeout: 20_000 });
    expect(told(ours.events)).toEqual(told(theirs.events));
    expect(ours.events).toContainEqual({ kind: 'structure', op: 'delete' });
    expect(ours.events).toContainEqual({ kind: 'element', op: 'add', set: 'v4_32', elements: ['198.18.0.3'] });
  });

  it('listens by nft’s own monitor where whatever runs nft runs nothing else', async () => {
    const { monitor, events } = watch(wrapper('nft'));
    expect(monitor.readsAllFirst).toBe(false);
    await vi.waitUntil(() => monitor.readsAllFirst, { timeout: 20_000 });
    await monitor.close();
    const again = watch(wrapper());
    await heard(again.events);
    expect(events).toEqual([]);
  });
});
