import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { settled, untilTurned } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../program.ts';
import type { Change, Entry } from '../responder.types.ts';
import type { Firewall, Upkeep } from './firewall.types.ts';
import { PolledResponder } from './polled-responder.ts';

/** A firewall that is a map; its entries end by themselves, or, with `keeps`, only when they are taken out. */
class MapFirewall implements Firewall {
  readonly longestMs = 1_000_000;
  readonly entries = new Map<string, { readonly network: Network; readonly end: number }>();
  /** What it must take out, and when, by its own books: a change is in them whether it could be made or not. */
  readonly #books = new Map<string, { readonly network: Network; readonly end: number }>();
  readonly clock: ManualClock;
  readonly keeps: boolean;
  rules = true;
  down: string | undefined;
  /** The next changes fail, as where a set is gone. */
  failing = 0;
  changes = 0;
  lists = 0;
  without6 = false;

  constructor(clock: ManualClock, keeps = false) {
    this.clock = clock;
    this.keeps = keeps;
  }

  blocked(): string[] {
    const now = this.clock.monotonicMs();
    return [...this.entries].filter(([, { end }]) => this.keeps || end > now).map(([text]) => text);
  }
  plan(change: Change): string[] {
    return [`${change.kind} ${formatNetwork(change.network)}`];
  }
  refusal(network: Network): string | undefined {
    return this.without6 && network.family === 6 ? 'no IPv6' : undefined;
  }
  uphold(): Promise<Upkeep> {
    if (this.down !== undefined) return Promise.resolve({ ok: false, reason: this.down, hint: 'Wait.' });
    const mended = this.rules ? undefined : 'the rule was gone';
    this.rules = true;
    return Promise.resolve({ ok: true, detail: 'a map', mended });
  }
  replace(entries: Iterable<Entry>): Promise<CommandResult> {
    this.entries.clear();
    this.#books.clear();
    for (const entry of entries) this.#set(entry);
    return Promise.resolve({ ok: true });
  }
  change(changes: readonly Change[]): Promise<CommandResult> {
    for (const { kind, network } of changes) if (kind === 'unblock') this.#books.delete(formatNetwork(network));
    if (this.failing-- > 0) return Promise.resolve({ ok: false, reason: 'no such set' });
    this.changes += changes.length;
    for (const change of changes) {
      if (change.kind === 'block') this.#set(change);
      else this.entries.delete(formatNetwork(change.network));
    }
    return Promise.resolve({ ok: true });
  }
  count(): Promise<number | undefined> {
    return Promise.resolve(this.blocked().length);
  }
  list(): Promise<Map<string, number> | undefined> {
    this.lists += 1;
    const now = this.clock.monotonicMs();
    return Promise.resolve(
      new Map(this.blocked().map((text) => [text, (this.entries.get(text)?.end ?? 0) - now] as const)),
    );
  }
  seen(changes: readonly Change[]): Promise<boolean[]> {
    const blocked = this.blocked();
    return Promise.resolve(
      changes.map(({ kind, network }) => blocked.includes(formatNetwork(network)) === (kind === 'block')),
    );
  }
  remove(): Promise<CommandResult> {
    this.entries.clear();
    this.rules = false;
    return Promise.resolve(this.down === undefined ? { ok: true } : { ok: false, reason: this.down });
  }
  due(now: number): Network[] {
    return [...this.#books.values()].filter(({ end }) => end <= now).map(({ network }) => network);
  }
  nextEnd(): number | undefined {
    if (!this.keeps || this.#books.size === 0) return undefined;
    return Math.min(...[...this.#books.values()].map(({ end }) => end));
  }
  #set({ network, remainingMs }: Entry): void {
    const entry = { network, end: this.clock.monotonicMs() + remainingMs };
    this.entries.set(formatNetwork(network), entry);
    this.#books.set(formatNetwork(network), entry);
  }
}

const POLLING = { checkMs: 1500, compareMs: 300_000 };

describe.each([false, true])('entries that must be taken out: %s', (keeps) => {
  responderSuite('a firewall that is looked at', () => {
    const clock = new ManualClock();
    const firewall = new MapFirewall(clock, keeps);
    return Promise.resolve({
      clock,
      log: silentLogger,
      create: (ctx) => new PolledResponder('map', ctx, firewall, POLLING),
      blocked: () => Promise.resolve(firewall.blocked()),
      vandalize: () => {
        firewall.entries.clear();
        return Promise.resolve();
      },
      until: untilTurned(clock),
      destroy: () => Promise.resolve(),
    });
  });
});

describe('PolledResponder', () => {
  let clock: ManualClock;
  let firewall: MapFirewall;
  let intended: Map<string, { readonly network: Network; readonly end: number }>;
  let mended: [string, number][];
  let waiting: Set<string>;
  let responder: PolledResponder;
  let make: () => PolledResponder;

  const network = (text: string): Network => parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };
  const intend = (text: string, remainingMs = 600_000): Entry => {
    intended.set(text, { network: network(text), end: clock.monotonicMs() + remainingMs });
    return { network: network(text), remainingMs };
  };
  const block = (text: string, remainingMs?: number) =>
    responder.apply([{ kind: 'block', renew: false, ...intend(text, remainingMs) }]);
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 500) {
      clock.advance(500);
      await settled();
    }
  };

  beforeEach(() => {
    clock = new ManualClock();
    firewall = new MapFirewall(clock);
    intended = new Map();
    mended = [];
    waiting = new Set();
    const left = ({ network: of, end }: { readonly network: Network; readonly end: number }): Entry[] =>
      end > clock.monotonicMs() ? [{ network: of, remainingMs: end - clock.monotonicMs() }] : [];
    const ctx = {
      clock,
      log: silentLogger,
      intended: {
        remainingMs: (of: Network) => {
          const found = intended.get(formatNetwork(of));
          return found && left(found)[0]?.remainingMs;
        },
        all: () => [...intended.values()].flatMap(left),
        count: () => [...intended.values()].flatMap(left).length,
        waiting: () => waiting,
      },
      onMended: (what: string, entries: number) => mended.push([what, entries]),
    };
    make = () => new PolledResponder('map', ctx, firewall, POLLING);
    responder = make();
  });

  it('does not compare every entry while all is as intended', async () => {
    await responder.start();
    await block('198.18.1.1');
    await pass(60_000);
    expect(firewall.lists).toBe(0);
    expect(mended).toEqual([]);
    await pass(300_000);
    expect(firewall.lists).toBe(1);
    expect(mended).toEqual([]);
    await responder.close();
  });

  it('does not take an order that waits for its turn for a block that somebody took out', async () => {
    await responder.start();
    await block('198.18.1.1');
    const list = firewall.list.bind(firewall);
    firewall.list = () => {
      intend('198.18.1.2');
      waiting.add('198.18.1.2');
      return list();
    };
    firewall.entries.delete('198.18.1.1');
    await pass(5000);
    expect(firewall.blocked()).toEqual(['198.18.1.1']);
    expect(mended).toEqual([['somebody changed entries', 1]]);
    await responder.close();
  });

  it('does not take a block that came and went while entries were counted for a difference', async () => {
    await responder.start();
    await block('198.18.1.1');
    const count = firewall.count.bind(firewall);
    firewall.count = async () => {
      const counted = await count();
      await block(`198.18.2.${counted}`);
      return counted;
    };
    await pass(10_000);
    expect(firewall.blocked().length).toBeGreaterThan(3);
    expect(firewall.lists).toBe(0);
    await responder.close();
  });

  it('puts back one entry and a rule within seconds, and says what it was', async () => {
    await responder.start();
    await block('198.18.1.1');
    await block('198.18.1.2');
    firewall.entries.delete('198.18.1.1');
    firewall.rules = false;
    await pass(2000);
    expect(firewall.blocked().toSorted()).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(mended).toEqual([['the rule was gone', 1]]);
    firewall.entries.delete('198.18.1.2');
    await pass(5000);
    expect(mended).toContainEqual(['somebody changed entries', 1]);
    firewall.rules = false;
    await pass(2000);
    expect(mended).toContainEqual(['the rule was gone', 2]);
    await responder.close();
  });

  it('takes out what somebody else put in, and sets right an end that somebody changed', async () => {
    await responder.start();
    await block('198.18.1.1');
    const foreign = network('198.18.9.9');
    firewall.entries.set('198.18.9.9', { network: foreign, end: 900_000 });
    firewall.entries.set('198.18.1.1', { network: network('198.18.1.1'), end: 100_000 });
    await pass(20_000);
    expect(firewall.blocked()).toEqual(['198.18.1.1']);
    expect(firewall.entries.get('198.18.1.1')?.end).toBe(600_000);
    expect(mended).toEqual([['somebody changed entries', 2]]);
    await responder.close();
  });

  it('renews in time what the firewall cannot hold as long as is intended', async () => {
    await responder.start();
    await block('198.18.1.1', 5_000_000);
    firewall.entries.set('198.18.1.1', { network: network('198.18.1.1'), end: 1_000_000 });
    firewall.changes = 0;
    await pass(450_000);
    expect(firewall.changes).toBe(0);
    await pass(400_000);
    expect(firewall.entries.get('198.18.1.1')?.end).toBeGreaterThan(1_000_000);
    // That is its own work, and nobody changed anything.
    expect(mended).toEqual([]);
    await responder.close();
  });

  it('waits for a second look before it is unavailable, and makes everything anew afterwards', async () => {
    await responder.start();
    await block('198.18.1.1');
    firewall.down = 'it is being reloaded';
    firewall.entries.clear();
    await pass(1500);
    expect(responder.availability()).toMatchObject({ available: true });
    await pass(1500);
    expect(responder.availability()).toMatchObject({ available: false, reason: 'it is being reloaded' });
    expect(await block('198.18.1.2')).toEqual([{ ok: false, reason: 'it is being reloaded' }]);
    firewall.down = undefined;
    await pass(2000);
    expect(responder.availability()).toMatchObject({ available: true, detail: 'a map' });
    expect(firewall.blocked()).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(mended).toEqual([['the firewall is there again', 2]]);
    await responder.close();
  });

  it('makes everything anew when a change fails', async () => {
    await responder.start();
    await block('198.18.1.1');
    firewall.entries.clear();
    firewall.failing = 1;
    const [outcome] = await block('198.18.1.2');
    expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
    expect(firewall.blocked()).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(mended).toEqual([['a change found the firewall altered', 2]]);
    await responder.close();
  });

  it('fails what the firewall cannot hold, and makes the rest of the batch', async () => {
    firewall.without6 = true;
    await responder.start();
    const outcomes = await responder.apply([
      { kind: 'block', renew: false, ...intend('2001:db8::/64') },
      { kind: 'block', renew: false, ...intend('198.18.1.1') },
    ]);
    expect(outcomes).toMatchObject([{ ok: false, reason: 'no IPv6' }, { ok: true }]);
    expect(responder.plan({ kind: 'unblock', network: network('2001:db8::/64') })).toEqual(['nothing: no IPv6']);
    expect(firewall.blocked()).toEqual(['198.18.1.1']);
    // The book has one more than the firewall: no reason to compare at each look.
    await pass(60_000);
    expect(firewall.lists).toBeLessThan(3);
    await responder.close();
  });

  it('says that a block was not seen, but not of one that was taken back meanwhile', async () => {
    await responder.start();
    firewall.seen = (changes) => Promise.resolve(changes.map(() => false));
    const [unseen] = await block('198.18.1.1');
    expect(unseen?.ok === true && (await unseen.verified)).toBe(false);
    const [taken] = await block('198.18.1.2');
    intended.delete('198.18.1.2');
    expect(taken?.ok === true && (await taken.verified)).toBe(true);
    await responder.close();
  });

  it('does not put back what it has cleared, and says why it could not clear', async () => {
    await responder.start();
    await block('198.18.1.1');
    expect(await responder.clear()).toMatchObject({ available: true });
    await pass(10_000);
    expect(firewall.blocked()).toEqual([]);
    firewall.down = 'it hangs';
    expect(await responder.clear()).toMatchObject({
      available: false,
      reason: 'what is in force could not be removed: it hangs',
    });
    await responder.close();
    expect(await responder.apply([{ kind: 'unblock', network: network('198.18.1.1') }])).toMatchObject([{ ok: false }]);
  });

  describe('over a firewall whose entries do not end by themselves', () => {
    beforeEach(async () => {
      firewall = new MapFirewall(clock, true);
      responder = make();
      await responder.start();
      await block('198.18.1.1', 2000);
      await block('198.18.1.2');
    });
    afterEach(() => responder.close());

    it('takes them out at their end', async () => {
      await pass(1500);
      expect(firewall.blocked()).toEqual(['198.18.1.1', '198.18.1.2']);
      await pass(500);
      expect([firewall.blocked(), mended]).toEqual([['198.18.1.2'], []]);
    });

    it('takes out what ended during a slow change, however often others have their turn afterwards', async () => {
      const change = firewall.change.bind(firewall);
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      firewall.change = async (changes) => {
        const made = await change(changes);
        await held;
        return made;
      };
      const slow = block('198.18.1.3', 1000);
      await pass(1500);
      firewall.change = change;
      release();
      await slow;
      for (let i = 0; i < 4; i++) {
        await block('198.18.1.2');
        await pass(500);
      }
      expect(firewall.blocked()).toEqual(['198.18.1.2']);
    });

    it('replaces everything at once where one cannot be taken out', async () => {
      firewall.failing = 1;
      await pass(2000);
      expect(firewall.blocked()).toEqual(['198.18.1.2']);
      expect(mended).toEqual([['a change found the firewall altered', 1]]);
    });

    it('is unavailable where that fails too, and leaves nothing that is over once it is back', async () => {
      await pass(1000);
      firewall.failing = 1;
      firewall.down = 'it is gone';
      await pass(1000);
      expect(responder.availability()).toMatchObject({ available: false, reason: 'it is gone' });
      firewall.down = undefined;
      await pass(2000);
      expect([responder.availability().available, firewall.blocked()]).toEqual([true, ['198.18.1.2']]);
    });
  });
});
