import { formatNetwork } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, settled, untilTurned } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../responder.types.ts';
import { HeldListResponder } from './held-list-responder.ts';
import type { HolderLook, HolderResult, ListHolder, Wanted } from './list-holder.types.ts';

/** A holder that is a set of networks. */
class SetHolder implements ListHolder {
  readonly detail = 'a set';
  readonly asked: string[] = [];
  there = new Set<string>();
  broken: string | undefined;
  /** What is being done goes on once this is called. */
  hold: Promise<void> | undefined;

  plan({ kind, network }: Change): readonly string[] {
    return [`${kind} ${formatNetwork(network)}`];
  }
  async replace(wanted: Wanted): Promise<HolderResult> {
    const result = await this.#begin('replace');
    if (result.ok) this.there = new Set([...wanted.all()].map(([network]) => network));
    return result;
  }
  async change(networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    const result = await this.#begin(`change ${networks.join(' ')}`);
    if (!result.ok) return result;
    for (const network of networks)
      if (wanted.remainingMs(network) === undefined) this.there.delete(network);
      else this.there.add(network);
    return result;
  }
  async seen(networks: readonly string[], wanted: Wanted): Promise<readonly boolean[]> {
    await this.#begin(`seen ${networks.join(' ')}`);
    return networks.map((network) => this.there.has(network) === (wanted.remainingMs(network) !== undefined));
  }
  async look(wanted: Wanted): Promise<HolderLook> {
    const result = await this.#begin('look');
    if (!result.ok || this.there.size === wanted.size) return result;
    return { ok: true, altered: { what: 'the set was altered', entries: 1 } };
  }
  close(): void {
    this.asked.push('close');
  }

  async #begin(what: string): Promise<HolderResult> {
    this.asked.push(what);
    await this.hold;
    return this.broken === undefined ? { ok: true } : { ok: false, reason: this.broken, hint: 'Mend it.' };
  }
}

responderSuite('a held list', () => {
  const clock = new ManualClock();
  const holder = new SetHolder();
  return Promise.resolve({
    clock,
    log: silentLogger,
    create: (ctx) => new HeldListResponder('set', ctx, holder, { checkMs: 1000 }),
    blocked: () => Promise.resolve([...holder.there]),
    vandalize: () => {
      holder.there.clear();
      return Promise.resolve();
    },
    until: untilTurned(clock),
    destroy: () => Promise.resolve(),
  });
});

describe('a held list', () => {
  let clock: ManualClock;
  let holder: SetHolder;
  let responder: HeldListResponder;
  let ctx: FakeResponderContext;
  const make = (retryMs?: number): HeldListResponder =>
    (responder = new HeldListResponder('set', ctx, holder, {
      checkMs: 1000,
      ...(retryMs === undefined ? {} : { retryMs }),
    }));
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  const since = (from: number): string[] => holder.asked.slice(from);
  beforeEach(() => {
    clock = new ManualClock();
    holder = new SetHolder();
    ctx = new FakeResponderContext(clock);
  });
  afterEach(() => responder.close());

  it('takes what is over out with the next change', async () => {
    await make().start();
    await responder.apply([blockOf('198.18.1.1', 500)]);
    clock.advance(500);
    await responder.apply([blockOf('198.18.1.2')]);
    expect(holder.asked).toContain('change 198.18.1.2 198.18.1.1');
    expect([...holder.there]).toEqual(['198.18.1.2']);
  });

  it('answers before the proof is there, and changes nothing until it is', async () => {
    await make().start();
    let go = (): void => {};
    const [first] = await responder.apply([blockOf('198.18.1.1')]);
    holder.hold = new Promise((resolve) => (go = resolve));
    const second = responder.apply([blockOf('198.18.1.2')]);
    await settled();
    expect(since(1)).toEqual(['change 198.18.1.1', 'seen 198.18.1.1']);
    go();
    expect(first?.ok === true && (await first.verified)).toBe(true);
    expect(await second).toMatchObject([{ ok: true }]);
  });

  it('replaces everything after a failure, changes that come meanwhile included', async () => {
    await make().start();
    holder.broken = 'no space';
    expect(await responder.apply([blockOf('198.18.1.1')])).toEqual([{ ok: false, reason: 'no space' }]);
    expect(responder.availability()).toEqual({ available: false, reason: 'no space', hint: 'Mend it.' });
    holder.broken = undefined;
    const before = holder.asked.length;
    expect(await responder.apply([blockOf('198.18.1.2')])).toMatchObject([{ ok: true }]);
    await settled();
    expect(since(before)).toEqual(['replace', 'seen 198.18.1.2']);
    expect([...holder.there]).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(responder.availability()).toEqual({ available: true, detail: 'a set' });
  });

  it('tries again at each check, or as rarely as it is told to', async () => {
    holder.broken = 'away';
    await make().start();
    await pass(1000);
    await pass(1000);
    expect(holder.asked).toEqual(['replace', 'replace', 'replace']);
    await responder.close();
    holder.asked.length = 0;
    await make(3000).start();
    for (let i = 0; i < 4; i++) await pass(1000);
    expect(holder.asked).toEqual(['replace', 'replace']);
  });

  it('checks once at a time, however often it is started', async () => {
    holder.broken = 'away';
    await make().start();
    await responder.start();
    await responder.start();
    const before = holder.asked.length;
    await pass(1000);
    expect(since(before)).toEqual(['replace']);
  });

  it('tells of what was altered once it is set right, and not where that fails', async () => {
    ctx.intend('198.18.1.1');
    await make().start();
    holder.there.clear();
    await pass(1000);
    expect([[...holder.there], ctx.mended]).toEqual([['198.18.1.1'], [['the set was altered', 1]]]);
    holder.broken = 'away';
    await pass(1000);
    expect([responder.availability().available, ctx.mended.length]).toEqual([false, 1]);
  });

  it('does nothing more once it is closed, and says so', async () => {
    await make().start();
    let go = (): void => {};
    holder.hold = new Promise((resolve) => (go = resolve));
    const under = responder.apply([blockOf('198.18.1.1')]);
    const waiting = responder.apply([blockOf('198.18.1.2')]);
    await settled();
    const closing = responder.close();
    holder.broken = 'interrupted';
    go();
    await closing;
    expect(await under).toEqual([{ ok: false, reason: 'closed' }]);
    expect(await waiting).toEqual([{ ok: false, reason: 'closed' }]);
    await pass(10_000);
    expect(since(1)).toEqual(['change 198.18.1.1', 'close']);
    expect(responder.availability().available).toBe(true);
  });
});
