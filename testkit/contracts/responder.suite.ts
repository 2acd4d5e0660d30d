/** What every responder keeps to, whatever it drives. Run it with a way to make one and to look at the world behind its back. */
import type { Measure } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Entry, Outcome } from '../responder-shape.types.ts';

export interface ResponderLike {
  start(): Promise<{ readonly available: boolean }>;
  sync(): Promise<{ readonly available: boolean }>;
  clear(): Promise<{ readonly available: boolean }>;
  plan(change: Change): readonly string[];
  apply(changes: readonly Change[]): Promise<readonly Outcome[]>;
  close(): Promise<void>;
}
export interface ContextLike {
  readonly clock: Clock;
  readonly log: Logger;
  readonly intended: {
    remainingMs(network: Network): number | undefined;
    measureOf?(network: Network): Measure | undefined;
    all(): Iterable<Entry>;
    count(): number;
  };
  onMended(what: string, entries: number): void;
}

export interface ResponderWorld {
  readonly clock: Clock;
  readonly log: Logger;
  /** Networks that there is room for, where that is fewer than 500. */
  readonly most?: number;
  create(ctx: ContextLike): ResponderLike;
  /** Networks blocked in the world now, in canonical text. */
  blocked(): Promise<readonly string[]>;
  /** Somebody removes everything of ours behind our back. */
  vandalize(): Promise<void>;
  /** Waits until `check` holds; how long is the world's own business. */
  until(check: () => Promise<boolean>): Promise<void>;
  destroy(): Promise<void>;
}

export function responderSuite(name: string, makeWorld: () => Promise<ResponderWorld>): void {
  describe(`responder contract: ${name}`, () => {
    let world: ResponderWorld;
    let responder: ResponderLike;
    let intended: Map<string, Entry>;
    let mended: string[];

    beforeEach(async () => {
      world = await makeWorld();
      intended = new Map();
      mended = [];
      responder = make();
    });
    afterEach(async () => {
      await responder.close();
      await world.destroy();
    });

    const make = (): ResponderLike =>
      world.create({
        clock: world.clock,
        log: world.log,
        intended: {
          remainingMs: (network) => intended.get(formatNetwork(network))?.remainingMs,
          all: () => intended.values(),
          count: () => intended.size,
        },
        onMended: (what) => mended.push(what),
      });
    const network = (text: string): Network => {
      const parsed = parseNetwork(text);
      if (parsed === undefined) throw new Error(`not a network: ${text}`);
      return parsed;
    };
    const block = async (text: string, remainingMs = 60_000, renew = false): Promise<Outcome | undefined> => {
      intended.set(text, { network: network(text), remainingMs });
      return (await responder.apply([{ kind: 'block', network: network(text), remainingMs, renew }]))[0];
    };
    const unblock = async (text: string): Promise<Outcome | undefined> => {
      intended.delete(text);
      return (await responder.apply([{ kind: 'unblock', network: network(text) }]))[0];
    };
    const seen = async (outcome: Outcome | undefined): Promise<boolean> => outcome?.ok === true && outcome.verified;
    const inForce = async (): Promise<string[]> => [...(await world.blocked())].toSorted();

    it('says what it would do before it has started, and does nothing about it', async () => {
      const target = network('198.18.9.9');
      const plan = [
        ...responder.plan({ kind: 'block', network: target, remainingMs: 60_000, renew: false }),
        ...responder.plan({ kind: 'unblock', network: target }),
      ];
      expect(plan.length).toBeGreaterThanOrEqual(2);
      for (const line of plan) expect(line).toMatch(/^[^\n]{1,512}$/);
      expect(plan.join('\n')).toContain('198.18.9.9');
      expect(await inForce()).toEqual([]);
    });

    it('starts with what is intended and nothing else', async () => {
      intended.set('198.18.1.1', { network: network('198.18.1.1'), remainingMs: 60_000 });
      expect(await responder.start()).toMatchObject({ available: true });
      expect(await inForce()).toEqual(['198.18.1.1']);
    });

    it('blocks addresses and networks of both families, verified, and lets them in again', async () => {
      await responder.start();
      const targets = ['198.18.1.2', '198.18.2.0/24', '2001:db8:1::/64', '2001:db8:2::5'];
      for (const text of targets) expect(await seen(await block(text))).toBe(true);
      expect(await inForce()).toEqual(targets.toSorted());
      for (const text of targets) expect((await unblock(text))?.ok).toBe(true);
      expect(await inForce()).toEqual([]);
    });

    it('holds networks that overlap, independently of each other', async () => {
      await responder.start();
      for (const text of ['198.18.3.0/24', '198.18.3.0/25', '198.18.3.9'])
        expect(await seen(await block(text))).toBe(true);
      await unblock('198.18.3.0/24');
      expect(await inForce()).toEqual(['198.18.3.0/25', '198.18.3.9']);
    });

    it('takes the same change twice', async () => {
      await responder.start();
      await block('198.18.1.3');
      expect(await seen(await block('198.18.1.3', 50_000, true))).toBe(true);
      expect(await inForce()).toEqual(['198.18.1.3']);
      expect((await unblock('198.18.1.3'))?.ok).toBe(true);
      expect((await unblock('198.18.1.3'))?.ok).toBe(true);
      expect(await inForce()).toEqual([]);
    });

    it('takes many changes at once', async () => {
      await responder.start();
      const many = world.most ?? 500;
      const changes = Array.from({ length: many }, (_, i): Change => {
        const text = `198.18.${4 + (i >> 8)}.${i & 255}`;
        intended.set(text, { network: network(text), remainingMs: 60_000 });
        return { kind: 'block', network: network(text), remainingMs: 60_000, renew: false };
      });
      const outcomes = await responder.apply(changes);
      expect(outcomes).toHaveLength(many);
      for (const outcome of outcomes) expect(await seen(outcome)).toBe(true);
      expect(await world.blocked()).toHaveLength(many);
    });

    it('lets an entry end at its time, and a renewed one later', async () => {
      await responder.start();
      await block('198.18.1.4', 4000);
      await block('198.18.1.5', 4000);
      expect(await seen(await block('198.18.1.5', 60_000, true))).toBe(true);
      expect(await inForce()).toEqual(['198.18.1.4', '198.18.1.5']);
      intended.delete('198.18.1.4');
      await world.until(async () => (await world.blocked()).length === 1);
      expect(await inForce()).toEqual(['198.18.1.5']);
    });

    it('mends what somebody else removed', async () => {
      await responder.start();
      await block('198.18.1.6');
      await block('2001:db8:6::/64');
      await world.vandalize();
      await world.until(async () => (await world.blocked()).length === 2 && mended.length > 0);
      expect(await inForce()).toEqual(['198.18.1.6', '2001:db8:6::/64']);
    });

    it('leaves blocks in force when it closes, and another one takes over', async () => {
      await responder.start();
      await block('198.18.1.7');
      await block('198.18.1.8');
      await responder.close();
      expect(await inForce()).toEqual(['198.18.1.7', '198.18.1.8']);
      intended.delete('198.18.1.8');
      responder = make();
      await responder.start();
      expect(await inForce()).toEqual(['198.18.1.7']);
    });

    it('clears everything', async () => {
      await responder.start();
      await block('198.18.1.9');
      intended.clear();
      expect(await responder.clear()).toMatchObject({ available: true });
      expect(await world.blocked()).toEqual([]);
    });

    it('makes the world follow when asked', async () => {
      await responder.start();
      await block('198.18.1.10');
      intended.clear();
      intended.set('198.18.1.11', { network: network('198.18.1.11'), remainingMs: 60_000 });
      expect(await responder.sync()).toMatchObject({ available: true });
      expect(await inForce()).toEqual(['198.18.1.11']);
    });
  });
}
