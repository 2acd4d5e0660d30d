import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureNews, WantedCapture } from '@netsentinel/contracts/capture';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { settled, untilTurned } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaptureReport, Capturer } from '../../capturer.types.ts';
import { EnforcerConfig } from '../../enforcer.config.ts';
import { createEnforcer } from '../../enforcer.ts';
import type { Enforcer } from '../../enforcer.types.ts';
import { CaptureConfig } from './capture.config.ts';
import { capture } from './capture.responder.ts';

const MOST = 16;
const HOST = '198.18.5.5';

/** Captures are entries of a map, which end by themselves. */
class FakeCapturer implements Capturer {
  unable: string | undefined;
  /** What is wanted is heard of by the next report, not at once. */
  isSlow = false;
  readonly failures = new Map<string, string>();
  readonly full = new Set<string>();
  readonly #clock: ManualClock;
  #running = new Map<string, WantedCapture & { readonly until: number }>();
  #listen: (report: CaptureReport) => void = () => {};

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  want(captures: readonly WantedCapture[]): void {
    const now = this.#clock.monotonicMs();
    this.#running = new Map(captures.map((one) => [one.network, { ...one, until: now + one.remainingMs }]));
    if (!this.isSlow) this.report();
  }

  onReport(listen: (report: CaptureReport) => void): void {
    this.#listen = listen;
  }

  report(news: readonly CaptureNews[] = []): void {
    const captures = this.running().map(({ network }) => {
      const reason = this.failures.get(network);
      if (reason !== undefined) return { network, state: 'failed', reason } as const;
      return { network, state: this.full.has(network) ? 'full' : 'capturing' } as const;
    });
    this.#listen({ captures, news });
  }

  running(): (WantedCapture & { readonly until: number })[] {
    return [...this.#running.values()].filter(({ until }) => until > this.#clock.monotonicMs());
  }

  vandalize(): void {
    this.#running.clear();
    this.report();
  }
}

responderSuite('capture', () => {
  const clock = new ManualClock();
  const capturer = new FakeCapturer(clock);
  const config = CaptureConfig.parse({ maxCaptures: MOST });
  return Promise.resolve({
    clock,
    log: silentLogger,
    most: MOST,
    create: (ctx) => capture.create(ctx, config, { capturer }),
    blocked: () => Promise.resolve(capturer.running().map(({ network }) => network)),
    vandalize: () => Promise.resolve(capturer.vandalize()),
    until: untilTurned(clock),
    destroy: () => Promise.resolve(),
  });
});

describe('captures at a person’s word', () => {
  let directory: string;
  let clock: ManualClock;
  let capturer: FakeCapturer;
  let firewall: FakeFirewall;
  let enforcer: Enforcer;

  const start = async (): Promise<void> => {
    enforcer = await createEnforcer({
      config: EnforcerConfig.parse({ ipCommand: ['/nonexistent/ip'], resolvConf: '/nonexistent' }),
      directory,
      clock,
      log: silentLogger,
      responders: [
        { id: 'map', mode: 'enforce', create: (ctx) => new FakeResponder(firewall, ctx) },
        {
          id: 'capture',
          mode: 'enforce',
          create: (ctx) => capture.create(ctx, CaptureConfig.parse({ maxCaptures: 2 }), { capturer }),
        },
      ],
      onReply: () => {},
    });
  };
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'netsentinel-capture-'));
    clock = new ManualClock();
    capturer = new FakeCapturer(clock);
    firewall = new FakeFirewall(clock);
    await start();
  });
  afterEach(async () => {
    await enforcer.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const order = (measure: 'block' | 'capture', target = HOST) =>
    enforcer.do({ measure, target, ttlMs: 60_000 }, 'anna', '');
  const captured = (): string[] => capturer.running().map(({ network }) => network);
  const audit = (): string =>
    readdirSync(join(directory, 'audit'))
      .map((name) => readFileSync(join(directory, 'audit', name), 'utf8'))
      .join('');

  it('live beside a block of the same network, each at its own responder, and end each for itself', async () => {
    const block = await order('block');
    const one = await order('capture');
    await settled();
    expect(one).toMatchObject({ status: expect.stringMatching(/applied|verified/) });
    const held = enforcer.list().map(({ responder, measure }) => `${responder} ${measure}`);
    expect(held.toSorted()).toEqual(['capture capture', 'map block']);
    expect([captured(), firewall.blocked()]).toEqual([[HOST], [HOST]]);
    expect(await enforcer.revert(block.id, 'anna')).toMatchObject({ status: 'reverted' });
    expect([captured(), firewall.blocked()]).toEqual([[HOST], []]);
    expect(await enforcer.revert(one.id, 'anna')).toMatchObject({ status: 'reverted' });
    expect(captured()).toEqual([]);
  });

  it('know the order that they belong to, the oldest where there are several', async () => {
    const first = await order('capture');
    clock.advance(1000);
    await order('capture');
    expect(capturer.running()).toMatchObject([{ network: HOST, order: first.id, incident: '' }]);
  });

  it('are no more than may be at once', async () => {
    await order('capture');
    await order('capture', '198.18.5.6');
    const third = await order('capture', '198.18.5.7');
    expect(third).toMatchObject({ status: 'failed', detail: expect.stringContaining('maxCaptures') });
    await settled();
    expect(captured()).toEqual([HOST, '198.18.5.6']);
    expect(enforcer.list()).toHaveLength(2);
  });

  it('fail with the reason of whoever captures, at once or later, and are asked for no more', async () => {
    capturer.failures.set(HOST, 'there is no network interface eth9');
    expect(await order('capture')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('no network interface eth9'),
    });
    await order('capture', '198.18.5.6');
    await settled();
    expect(captured()).toEqual(['198.18.5.6']);
    capturer.failures.set('198.18.5.6', 'its interface is gone');
    capturer.report();
    await settled();
    expect(enforcer.list()).toEqual([]);
    // Whoever captures hears that it is wanted no more.
    expect(captured()).toEqual([]);
  });

  it('begin anew for a new order, however one before ended', async () => {
    await order('capture');
    await order('capture', '198.18.5.6');
    capturer.isSlow = true;
    capturer.full.add(HOST);
    capturer.failures.set('198.18.5.6', 'its interface is gone');
    capturer.report();
    await settled();
    // The full one's time is over, which nobody reports.
    clock.advance(61_000);
    await settled();
    capturer.full.clear();
    capturer.failures.clear();
    capturer.failures.set(HOST, 'no process for it');
    const orders = [order('capture'), order('capture', '198.18.5.6')];
    await settled();
    capturer.report();
    await settled();
    capturer.report();
    const [first, second] = await Promise.all(orders);
    expect(first).toMatchObject({ status: 'failed', detail: expect.stringContaining('no process for it') });
    expect(second).toMatchObject({ status: expect.stringMatching(/applied|verified/) });
  });

  it('say that they are full, and are not begun again', async () => {
    await order('capture');
    capturer.full.add(HOST);
    capturer.report();
    const { responders } = enforcer.describe();
    expect(responders.find(({ id }) => id === 'capture')).toMatchObject({ detail: '1 captured, 1 of them full' });
    expect(enforcer.list()).toHaveLength(1);
  });

  it('go on over a restart of the enforcer', async () => {
    const { id } = await order('capture');
    await enforcer.close();
    await start();
    expect(capturer.running()).toMatchObject([{ network: HOST, order: id }]);
  });

  it('leave the hash of each file in the audit', async () => {
    const file = { file: 'a.pcap', network: HOST, order: 'do-1', packets: 3, bytes: 99 };
    capturer.report([
      { ...file, state: 'ended', sha256: 'ab'.repeat(32) },
      { ...file, state: 'removed' },
    ]);
    await enforcer.close();
    expect(audit()).toMatch(/"sha256":"(?:ab){32}".*"kind":"capture-closed"/);
    expect(audit()).toContain('"kind":"capture-removed"');
    await start();
  });

  it('are refused where nobody can see packets', async () => {
    await enforcer.close();
    capturer.unable = 'seeing packets needs root (CAP_NET_RAW)';
    await start();
    expect(enforcer.plan(HOST, 60_000, undefined, 'capture').responders).toMatchObject([
      { responder: 'map', refuses: 'it can only block' },
      { responder: 'capture', available: false },
    ]);
    expect(await order('capture')).toMatchObject({ status: 'failed', detail: expect.stringContaining('needs root') });
  });
});

it('wants room for as many as may run at once', () => {
  const config = { maxCaptures: 4, maxBytesPerCapture: 1_000_000, maxTotalBytes: 3_999_999 };
  expect(CaptureConfig.safeParse(config).error?.issues[0]?.path).toEqual(['maxTotalBytes']);
  expect(CaptureConfig.safeParse({ ...config, maxTotalBytes: 4_000_000 }).success).toBe(true);
});
