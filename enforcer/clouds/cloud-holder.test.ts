import { ManualClock, systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../responder.types.ts';
import type { CloudHolderOptions } from './cloud-holder.ts';
import { CloudError, type CloudList } from './cloud-list.types.ts';
import { cloudResponder } from './cloud-responder.ts';
import { loadCloud } from './load-cloud.ts';

/** A cloud in memory, with two places. */
class FakeCloud implements CloudList {
  places: Set<string>[] = [new Set(), new Set()];
  writes = 0;
  reads = 0;
  /** What the next requests answer instead. */
  readonly failures: CloudError[] = [];

  read(): Promise<readonly ReadonlySet<string>[]> {
    this.reads += 1;
    return this.#answer(() => this.places.map((place) => new Set(place)));
  }
  write(networks: ReadonlySet<string>): Promise<void> {
    this.writes += 1;
    return this.#answer(() => {
      this.places = this.places.map(() => new Set(networks));
    });
  }
  remove(): Promise<undefined> {
    return this.#answer(() => {
      this.places = this.places.map(() => new Set());
      return undefined;
    });
  }
  close(): void {}
  async #answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    return work();
  }
}

const options = (cloud: FakeCloud): Omit<CloudHolderOptions, 'clock'> => ({
  where: 'the cloud',
  room: { most: 1000, per: 'list' },
  fullHint: 'it is small',
  open: () => Promise.resolve(cloud),
  plan: (kind, network) => [`${kind} ${network}`],
  random: () => 0,
  everyMs: 0,
  checkMs: 100,
  compareMs: 100,
  attempts: 3,
  timeoutMs: 1000,
});

responderSuite('cloud', () => {
  const cloud = new FakeCloud();
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => cloudResponder('cloud', ctx, options(cloud)),
    blocked: () => Promise.resolve([...cloud.places[1]!]),
    vandalize: () => {
      cloud.places[1]!.clear();
      return Promise.resolve();
    },
    until,
    destroy: () => Promise.resolve(),
  });
});

describe('a list in a cloud', () => {
  let clock: ManualClock;
  let cloud: FakeCloud;
  let ctx: FakeResponderContext;
  const busy = new CloudError('slow down', { again: true, hint: 'wait' });
  beforeEach(() => {
    clock = new ManualClock();
    cloud = new FakeCloud();
    ctx = new FakeResponderContext(clock);
  });

  const make = (change: Partial<CloudHolderOptions> = {}): Responder => {
    return cloudResponder('cloud', ctx, { ...options(cloud), checkMs: 1000, ...change });
  };
  /** Runs the clock on until the work is done. */
  const settle = async <T>(work: Promise<T>): Promise<{ value: T; tookMs: number }> => {
    const begun = clock.monotonicMs();
    let done = false;
    void work.finally(() => (done = true));
    for (let i = 0; i < 10_000 && !done; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!done) clock.advance(10);
    }
    return { value: await work, tookMs: clock.monotonicMs() - begun };
  };

  it('tries again where the cloud is busy, with pauses that grow, and gives up in the end', async () => {
    const responder = make();
    await settle(responder.start());
    cloud.failures.push(busy, busy);
    const { value, tookMs } = await settle(responder.apply([blockOf('198.51.100.7')]));
    expect(value).toMatchObject([{ ok: true }]);
    // Half of 500 ms and half of 1000 ms, as `random` has it.
    expect(tookMs).toBeGreaterThanOrEqual(750);
    cloud.failures.push(busy, busy, busy);
    expect((await settle(responder.apply([blockOf('198.51.100.8')]))).value).toMatchObject([
      { ok: false, reason: 'slow down' },
    ]);
    expect(responder.availability()).toEqual({ available: false, reason: 'slow down', hint: 'wait' });
    await responder.close();
  });

  it('does not try again what was refused', async () => {
    const responder = make();
    cloud.failures.push(new CloudError('no rights', { hint: 'give some' }));
    expect((await settle(responder.start())).value).toEqual({
      available: false,
      reason: 'no rights',
      hint: 'give some',
    });
    expect(cloud.reads).toBe(1);
    await responder.close();
  });

  it('keeps changes apart, and asks for nothing where nothing changes', async () => {
    const responder = make({ everyMs: 5000, compareMs: 3_600_000 });
    await settle(responder.start());
    const before = cloud.writes;
    const { tookMs } = await settle(responder.apply([blockOf('198.51.100.7'), blockOf('198.51.100.8')]));
    expect(tookMs).toBeGreaterThanOrEqual(4500);
    expect(cloud.writes).toBe(before + 1);
    // It has another end now, which the cloud does not know of.
    await settle(responder.apply([blockOf('198.51.100.7', 900_000)]));
    expect(cloud.writes).toBe(before + 1);
    await responder.close();
  });

  it('keeps what it holds where there is no room, also after a start, and fills up as room comes', async () => {
    const room = { most: 2, per: 'list' } as const;
    let responder = make({ room });
    await settle(responder.start());
    const texts = ['198.51.100.1', '2001:db8::/64', '198.51.100.3'];
    const { value } = await settle(responder.apply(texts.map((text) => blockOf(text))));
    expect(value).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: false, reason: 'no room: the cloud holds 2 at most; it is small' },
    ]);
    expect(responder.availability()).toMatchObject({
      available: true,
      detail: 'the cloud: 2 held, room for 2; 1 more are not held: it is small',
    });
    await responder.close();

    ctx.intend(...texts.toReversed());
    responder = make({ room });
    await settle(responder.start());
    expect([...cloud.places[0]!].toSorted()).toEqual(['198.51.100.1', '2001:db8::/64']);
    await settle(responder.apply([unblockOf('198.51.100.1')]));
    expect([...cloud.places[0]!].toSorted()).toEqual(['198.51.100.3', '2001:db8::/64']);
    await responder.close();
  });

  it('has room for each family where the cloud has', async () => {
    const responder = make({ room: { most: 1, per: 'family' } });
    await settle(responder.start());
    const { value } = await settle(
      responder.apply(['198.51.100.1', '2001:db8::/64', '2001:db8:1::/64'].map((text) => blockOf(text))),
    );
    expect(value.map(({ ok }) => ok)).toEqual([true, true, false]);
    await responder.close();
  });

  it('ends while it waits', async () => {
    const responder = make({ everyMs: 600_000 });
    await settle(responder.start());
    const change = responder.apply([blockOf('198.51.100.7')]);
    await responder.close();
    expect(await change).toMatchObject([{ ok: false, reason: 'closed' }]);
  });
});

it('says how a client is installed that is not there', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(loadCloud('aws', () => Promise.reject(missing))).rejects.toMatchObject({
    message: 'the client for aws is not installed',
    hint: expect.stringContaining('--cloud aws'),
  });
  await expect(loadCloud('aws', () => Promise.reject(new Error('else')))).rejects.toThrow('else');
});
