import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeFirewalld } from '@netsentinel/testkit/fake-firewalld';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { FirewalldConfig } from './firewalld.config.ts';
import { createFirewalld, firewalld } from './firewalld.responder.ts';

const makeConfig = (changes: object): FirewalldConfig =>
  FirewalldConfig.parse({ prefix: ['in', 'a', 'namespace'], checkMs: 100, ...changes });

responderSuite('firewalld with programs that are played', () => {
  const fake = new FakeFirewalld();
  const config = makeConfig({ prefixes4: [24, 25, 32] });
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => createFirewalld(ctx, config, fake.run),
    blocked: () => Promise.resolve(fake.entries()),
    vandalize: () => {
      fake.reload();
      return Promise.resolve();
    },
    until,
    destroy: () => Promise.resolve(),
  });
});

describe('the firewalld responder', () => {
  let fake: FakeFirewalld;
  let responder: Responder;
  let ctx: FakeResponderContext;
  const block = (text: string) => {
    ctx.intend(text);
    return responder.apply([blockOf(text)]);
  };
  const make = (changes: object = {}): void => {
    const config = makeConfig({ prefixes4: [32], prefixes6: [64], ...changes });
    responder = createFirewalld(ctx, config, fake.run);
  };
  beforeEach(() => {
    fake = new FakeFirewalld();
    ctx = new FakeResponderContext();
    make();
  });
  afterEach(async () => {
    await responder.close();
  });

  it('defines its sets and policies once, without entries, and takes them away', async () => {
    expect(await responder.start()).toMatchObject({ available: true });
    await block('198.18.1.1');
    const { permanent, runtime, reloads } = fake;
    expect(Object.values(permanent.sets).flat()).toEqual([]);
    expect(Object.keys(permanent.policies)).toEqual(['netsentinel', 'netsentinel-fwd']);
    expect(runtime.policies['netsentinel']).toHaveLength(2);
    expect(reloads).toBe(1);
    await responder.sync();
    expect(fake.reloads).toBe(1);
    await responder.clear();
    expect(fake).toMatchObject({ permanent: { sets: {}, policies: {} }, reloads: 2 });
  });

  it('corrects a policy that somebody changed', async () => {
    await responder.start();
    for (const policies of [fake.permanent.policies, fake.runtime.policies]) policies['netsentinel'] = [];
    await expect.poll(() => fake.runtime.policies['netsentinel']?.length, { timeout: 30_000 }).toBe(2);
  });

  it('puts back what is gone from the kernel although firewalld believes that it is there', async () => {
    await responder.start();
    await block('198.18.1.1');
    await block('198.18.1.2');
    fake.runtime.sets['netsentinel-v4-32'] = [];
    await expect.poll(() => fake.entries(), { timeout: 30_000 }).toEqual(['198.18.1.1', '198.18.1.2']);
  });

  it('refuses prefix lengths without a set, and more entries than are allowed', async () => {
    await responder.close();
    make({ maxEntries: 1 });
    await responder.start();
    expect(await block('198.18.0.0/20')).toEqual([
      { ok: false, reason: 'IPv4 networks of /20 are not among `prefixes4` of the firewalld responder' },
    ]);
    expect(await block('198.18.1.1')).toMatchObject([{ ok: true }]);
    expect(await block('198.18.1.2')).toEqual([
      { ok: false, reason: 'the firewalld responder holds 1 entries already' },
    ]);
    await responder.sync();
    expect(fake.entries()).toEqual(['198.18.1.1']);
  });

  it('says that firewalld does not run, does not use nftables, or that rights are missing', async () => {
    fake.failing.set('nft', 'Error: No such file or directory');
    expect(await responder.start()).toMatchObject({ reason: expect.stringContaining('no table in nftables') });
    fake.failing.set('busctl', 'Call failed: The name is not activatable');
    expect(await responder.sync()).toMatchObject({ available: false, reason: 'firewalld is not running' });
    fake.failing.set('nft', 'netlink: Operation not permitted');
    expect(await responder.sync()).toMatchObject({ available: false, reason: 'this process may not see the firewall' });
    fake.failing.delete('nft');
    expect(await responder.sync()).toMatchObject({
      available: false,
      reason: expect.stringContaining('does not answer'),
    });
    fake.failing.delete('busctl');
    expect(await responder.sync()).toMatchObject({ available: true });
  });

  it('says that a program is missing', async () => {
    const away = FirewalldConfig.parse({ prefix: ['/nonexistent/ip'] });
    const absent = firewalld.create(new FakeResponderContext(), away);
    expect(await absent.start()).toMatchObject({ available: false, reason: 'firewalld is not running' });
    expect(await absent.clear()).toMatchObject({ available: false });
    await absent.close();
  });

  it('fails a block that firewalld refuses', async () => {
    await responder.start();
    fake.failing.set('busctl', 'Call failed: COMMAND_FAILED: out of memory');
    expect(await block('198.18.1.1')).toMatchObject([{ ok: false, reason: expect.stringContaining('out of memory') }]);
  });
});
