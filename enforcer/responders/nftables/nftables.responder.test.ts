import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatNetwork, parseAddress } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { readFakeNft, runFakeNft } from '@netsentinel/testkit/fake-nft';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { systemUptime } from '../../uptime.ts';
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
