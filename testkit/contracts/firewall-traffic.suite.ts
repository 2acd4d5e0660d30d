/**
 * What a responder that drops packets on a host must do to real ones, in two network namespaces: cut off, also connections that are
 * established, let in again when it is taken back and when its time is over, and mended whatever somebody does to it.
 */
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkLab } from '../netns.ts';
import { PacketProbe } from '../packet-probe.ts';
import type { Change, Entry, Outcome } from '../responder-shape.types.ts';
import type { ContextLike, ResponderLike } from './responder.suite.ts';

export interface TrafficWorld {
  readonly lab: NetworkLab;
  create(ctx: ContextLike): ResponderLike;
  /** What somebody may do to the firewall, by what it is called; each ends with ours out of force. */
  readonly disruptions: Readonly<Record<string, () => void | Promise<void>>>;
  destroy(): void | Promise<void>;
}

export function firewallTrafficSuite(
  name: string,
  disruptions: readonly string[],
  makeWorld: () => Promise<TrafficWorld>,
): void {
  describe(`real packets: ${name}`, () => {
    let world: TrafficWorld;
    let probe: PacketProbe;
    let responder: ResponderLike;
    let intended: Map<string, { readonly network: Network; readonly end: number }>;
    let mended: string[];

    beforeAll(async () => {
      world = await makeWorld();
      probe = await PacketProbe.start(world.lab);
    });
    afterAll(async () => {
      await world.destroy();
    });
    beforeEach(async () => {
      intended = new Map();
      mended = [];
      const remaining = ({ network, end }: { readonly network: Network; readonly end: number }): Entry[] =>
        end > systemClock.monotonicMs() ? [{ network, remainingMs: end - systemClock.monotonicMs() }] : [];
      const all = (): Entry[] => [...intended.values()].flatMap(remaining);
      responder = world.create({
        clock: systemClock,
        log: silentLogger,
        intended: {
          remainingMs: (network) =>
            [intended.get(formatNetwork(network)) ?? []].flat().flatMap(remaining)[0]?.remainingMs,
          all,
          count: () => all().length,
        },
        onMended: (what) => mended.push(what),
      });
      expect(await responder.start()).toMatchObject({ available: true });
    });
    afterEach(async () => {
      intended.clear();
      await responder.sync();
      await responder.close();
    });

    const change = async (made: Change): Promise<boolean> => {
      const key = formatNetwork(made.network);
      if (made.kind === 'block')
        intended.set(key, { network: made.network, end: systemClock.monotonicMs() + made.remainingMs });
      else intended.delete(key);
      const outcome: Outcome | undefined = (await responder.apply([made]))[0];
      return outcome?.ok === true && (await outcome.verified);
    };
    const network = (text: string): Network => parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };
    const block = (text: string, remainingMs = 60_000): Promise<boolean> =>
      change({ kind: 'block', network: network(text), remainingMs, renew: false });

    it.each([
      ['an IPv4 address', '198.18.0.2', '198.18.0.2'],
      ['an IPv6 address', '2001:db8::2', '2001:db8::2'],
      ['an IPv4 network', '198.18.44.5', '198.18.44.0/24'],
      ['an IPv6 network', '2001:db8:44::5', '2001:db8:44::/64'],
    ])('drops %s, and lets it in again when it is taken back', async (_, source, target) => {
      const { lab } = world;
      if (source !== lab.attacker4 && source !== lab.attacker6)
        lab.addAttackers([`${source}/${source.includes(':') ? 32 : 15}`]);
      expect(await probe.passes(source)).toBe(true);
      expect(await block(target)).toBe(true);
      expect(await probe.dropped(source)).toBe(true);
      expect(await change({ kind: 'unblock', network: network(target) })).toBe(true);
      expect(await probe.passes(source)).toBe(true);
    });

    it('lets it in again when its time is over', async () => {
      expect(await block('198.18.0.2', 5000)).toBe(true);
      expect(await probe.dropped('198.18.0.2')).toBe(true);
      expect(await probe.passes('198.18.0.2')).toBe(true);
    });

    it('cuts a connection that is established', async () => {
      expect(await probe.exchange('198.18.0.2', 10_000)).toBe(true);
      expect(await block('198.18.0.2')).toBe(true);
      expect(await probe.exchange('198.18.0.2')).toBe(false);
    });

    it.each(disruptions)('mends by itself: %s', async (what) => {
      expect(await block('198.18.0.2')).toBe(true);
      expect(await block('2001:db8::2')).toBe(true);
      expect(await probe.dropped('198.18.0.2')).toBe(true);
      await world.disruptions[what]?.();
      await expect.poll(() => mended.length, { interval: 20 }).toBeGreaterThan(0);
      expect(await probe.dropped('198.18.0.2')).toBe(true);
      expect(await probe.dropped('2001:db8::2')).toBe(true);
    });
  });
}
