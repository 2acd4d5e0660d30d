import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, parseAddress } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { readFakeNft, runFakeNft } from '@netsentinel/testkit/fake-nft';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Responder } from '../../responder.types.ts';
import { systemUptime } from '../../uptime.ts';
import { PROBE_SET } from './nft-script.ts';
import { NftablesConfig } from './nftables.config.ts';
import { nftables } from './nftables.responder.ts';

const PROGRAM = fileURLToPath(new URL('../../../testkit/fake-nft.ts', import.meta.url));

const makeConfig = (folder: string, changes: object = {}): NftablesConfig =>
  NftablesConfig.parse({
    command: [process.execPath, PROGRAM, folder],
    mendDelayMs: 50,
    // A program in Node takes its time to start beside other tests.
    timeoutMs: 20_000,
    ...changes,
  });
const blocked = (folder: string): string[] =>
  Object.entries(readFakeNft(folder)).flatMap(([name, elements]) => {
    const prefix = Number(name.split('_')[1]);
    return elements.flatMap((element) => {
      const address = parseAddress(element);
      if (address === undefined || Number.isNaN(prefix)) return [];
      return [formatNetwork({ family: address.family, base: address.value, prefix })];
    });
  });

responderSuite('nftables with a program that acts as nft', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-nft-'));
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => nftables.create(ctx, makeConfig(folder)),
    blocked: () => Promise.resolve(blocked(folder)),
    vandalize: () => {
      runFakeNft(folder, 'flush ruleset');
      return Promise.resolve();
    },
    until,
    destroy: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  });
});

describe('the nftables responder', () => {
  let folder: string;
  let responder: Responder;
  let ctx: FakeResponderContext;

  const make = (changes: object = {}): void => {
    responder = nftables.create(ctx, makeConfig(folder, changes));
  };
  const block = (text: string) => {
    ctx.intend(text);
    return responder.apply([blockOf(text)]);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fake-nft-'));
    ctx = new FakeResponderContext();
    make();
  });
  afterEach(async () => {
    await responder.close();
    rmSync(folder, { recursive: true });
  });

  describe('that finds a table of its own at its start', () => {
    const tablesMade = (): number =>
      readFileSync(join(folder, 'events'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('add table')).length;

    beforeEach(async () => {
      ctx.intend('198.18.0.1', '198.18.0.2', '2001:db8::/64');
      await responder.start();
      await responder.close();
    });

    it('keeps it, and sets right what became of its blocks meanwhile', async () => {
      const made = tablesMade();
      runFakeNft(folder, 'add element inet netsentinel v4_32 { 198.18.0.9 timeout 600000ms }');
      runFakeNft(folder, 'delete element inet netsentinel v4_32 { 198.18.0.1 }');
      ctx.forget('198.18.0.2');
      make();
      expect(await responder.start()).toMatchObject({ available: true });
      expect(blocked(folder).toSorted()).toEqual(['198.18.0.1', '2001:db8::/64']);
      expect(await block('198.18.0.3')).toMatchObject([{ ok: true }]);
      expect(tablesMade()).toBe(made);
    });

    it.each<[string, (made: string[]) => string[]]>([
      ['a rule is gone', (made) => made.filter((line) => !line.includes('@v6_64'))],
      [
        'a rule lets them in',
        (made) => made.map((line) => line.replace('@v4_32 counter drop', '@v4_32 counter accept')),
      ],
      ['a rule was added', (made) => [...made, 'add rule inet netsentinel prerouting ip saddr 198.18.9.9 accept']],
      [
        'the chain drops what no rule meets',
        (made) => made.map((line) => line.replace('policy accept', 'policy drop')),
      ],
      [
        'a set is of another kind',
        (made) => made.map((line) => line.replace('flags timeout; size', 'flags interval,timeout; size')),
      ],
      [
        'a set is another one',
        (made) => made.map((line) => line.replace('set inet netsentinel made_', 'set inet netsentinel x_')),
      ],
    ])('replaces it where %s', async (_, change) => {
      const made = tablesMade();
      const file = join(folder, 'state.json');
      const state = JSON.parse(readFileSync(file, 'utf8')) as { made: string[] };
      const changed = change(state.made);
      expect(changed).not.toEqual(state.made);
      writeFileSync(file, JSON.stringify({ ...state, made: changed }));
      make();
      await responder.start();
      expect(tablesMade()).toBe(made + 1);
      expect(blocked(folder).toSorted()).toEqual(['198.18.0.1', '198.18.0.2', '2001:db8::/64']);
    });

    it('replaces it where a set holds what is no address', async () => {
      const made = tablesMade();
      runFakeNft(folder, 'add element inet netsentinel v4_32 { 192.168.0.0/16 timeout 600000ms }');
      make();
      await responder.start();
      expect(tablesMade()).toBe(made + 1);
      expect(blocked(folder).toSorted()).toEqual(['198.18.0.1', '198.18.0.2', '2001:db8::/64']);
    });

    it('replaces it where its settings were others', async () => {
      const made = tablesMade();
      make({ priority: -200 });
      await responder.start();
      expect(tablesMade()).toBe(made + 1);
    });
  });

  it('says that rights are missing, and fails orders', async () => {
    writeFileSync(join(folder, 'fail'), 'Could not process rule: Operation not permitted');
    expect(await responder.start()).toMatchObject({
      available: false,
      reason: 'this process may not change the firewall',
    });
    expect(await block('198.18.1.1')).toMatchObject([{ ok: false }]);
  });

  it('becomes unavailable when nft begins to fail, and recovers by itself', async () => {
    await responder.start();
    writeFileSync(join(folder, 'fail'), 'out of memory');
    expect(await block('198.18.1.1')).toMatchObject([{ ok: false, reason: 'Error: out of memory' }]);
    expect(responder.availability()).toMatchObject({ available: false, reason: 'nft failed: Error: out of memory' });
    rmSync(join(folder, 'fail'));
    await expect.poll(() => responder.availability().available, { timeout: 30_000 }).toBe(true);
    expect(blocked(folder)).toEqual(['198.18.1.1']);
  });

  it('puts back one element that somebody deleted and removes one that somebody added', async () => {
    await responder.start();
    await block('198.18.1.1');
    await block('198.18.1.2');
    runFakeNft(folder, 'delete element inet netsentinel v4_32 { 198.18.1.1 }');
    runFakeNft(folder, 'add element inet netsentinel v4_32 { 198.18.9.9 timeout 60000ms }');
    await expect.poll(() => blocked(folder).toSorted(), { timeout: 30_000 }).toEqual(['198.18.1.1', '198.18.1.2']);
    await expect.poll(() => ctx.mends).toContain('somebody changed elements');
  });

  it('rebuilds when a change finds the table gone', async () => {
    make({ mendDelayMs: 5000 });
    await responder.start();
    await block('198.18.1.1');
    runFakeNft(folder, 'flush ruleset');
    expect(await block('198.18.1.2')).toMatchObject([{ ok: true }]);
    expect(blocked(folder)).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(ctx.mends).toEqual(['a change found the table altered']);
  });

  describe('of other measures', () => {
    const MEASURES = { redirect: { tcp: { 22: 2222 } } };
    const take = (measure: Measure, text: string, renew = true) => {
      ctx.intendMeasure(measure, text);
      return responder.apply([{ ...blockOf(text), renew, measure } as Change]);
    };
    /** But for the probe, which may be under way at any time. */
    const held = (): Record<string, string[]> =>
      Object.fromEntries(
        Object.entries(readFakeNft(folder)).filter(([set, elements]) => set !== PROBE_SET && elements.length > 0),
      );

    it('holds one at a time of a network, verified, and lets go of it', async () => {
      make(MEASURES);
      ctx.intendMeasure('redirect', '198.18.1.1');
      await responder.start();
      expect(held()).toEqual({ redirect_v4_32: ['198.18.1.1'] });
      for (const [measure, set] of [
        ['rate-limit', 'rate_limit_v4_32'],
        ['block', 'v4_32'],
        ['redirect', 'redirect_v4_32'],
      ] as const) {
        const [outcome] = await take(measure, '198.18.1.1');
        expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
        expect(held()).toEqual({ [set]: ['198.18.1.1'] });
      }
      ctx.forget('198.18.1.1');
      const [gone] = await responder.apply([unblockOf('198.18.1.1')]);
      expect(gone?.ok === true && (await gone.verified)).toBe(true);
      expect(Object.keys(held())).not.toContain('redirect_v4_32');
      expect(ctx.mends).not.toContain('somebody changed elements');
    });

    it('mends one element of a measure, and moves one back that somebody moved', async () => {
      make(MEASURES);
      await responder.start();
      await take('redirect', '198.18.1.1', false);
      await take('redirect', '198.18.1.2', false);
      runFakeNft(folder, 'delete element inet netsentinel redirect_v4_32 { 198.18.1.1 }');
      runFakeNft(folder, 'add element inet netsentinel v4_32 { 198.18.1.2 timeout 60000ms }');
      await until(() => ctx.mends.includes('somebody changed elements'));
      await expect
        .poll(() => readFakeNft(folder), { timeout: 30_000 })
        .toMatchObject({ redirect_v4_32: expect.arrayContaining(['198.18.1.1', '198.18.1.2']), v4_32: [] });
    });

    it('refuses what is not configured, and what nft does not know, and blocks all the same', async () => {
      writeFileSync(join(folder, 'unknown'), 'rate_limit');
      make(MEASURES);
      ctx.intendMeasure('rate-limit', '198.18.1.9');
      ctx.intendMeasure('tarpit', '198.18.1.8');
      await responder.start();
      expect(['block', 'redirect', 'tarpit', 'rate-limit'].map((one) => responder.refuses?.(one as Measure))).toEqual([
        undefined,
        undefined,
        expect.stringContaining('it knows no tarpit'),
        'nft or the kernel cannot: Error: syntax error, unexpected limit',
      ]);
      ctx.intend('198.18.1.1');
      const outcomes = await responder.apply([
        { ...blockOf('198.18.1.9'), measure: 'rate-limit' },
        blockOf('198.18.1.1'),
      ]);
      expect(outcomes).toMatchObject([
        { ok: false, reason: expect.stringContaining('nft or the kernel') },
        { ok: true },
      ]);
      expect(held()).toEqual({ v4_32: ['198.18.1.1'] });
    });
  });

  it('leaves no process behind when it is closed while it looks for its monitor', async () => {
    await responder.start();
    // A probe of the rebuilt table is under way now.
    await responder.close();
    expect(await responder.apply([unblockOf('198.18.1.1')])).toEqual([{ ok: false, reason: 'closed' }]);
    const running = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
    expect(running.filter((args) => args.includes(folder))).toEqual([]);
  });

  it('goes through a process of its own when the long-lived one hangs', async () => {
    // Long enough for a process to start on a busy machine.
    make({ timeoutMs: 5000 });
    await responder.start();
    writeFileSync(join(folder, 'hang'), '');
    const [outcome] = await block('198.18.1.1');
    expect(outcome?.ok).toBe(true);
    expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
    expect(blocked(folder)).toEqual(['198.18.1.1']);
  });
});

it('reads the time since boot', () => {
  const before = systemUptime();
  const after = systemUptime();
  expect(after.boot).toBe(before.boot);
  expect(after.ms).toBeGreaterThanOrEqual(before.ms);
  expect(before.ms).toBeGreaterThan(0);
});
