import { parseNetwork, type Network } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeIpset } from '@netsentinel/testkit/fake-ipset';
import { FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry, Responder } from '../../responder.types.ts';
import { IptablesConfig } from './iptables.config.ts';
import { createIptables, iptables } from './iptables.responder.ts';

const config = IptablesConfig.parse({ prefix: ['in', 'a', 'namespace'], checkMs: 100 });

responderSuite('iptables with programs that are played', () => {
  const fake = new FakeIpset();
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => createIptables(ctx, config, fake.programs),
    blocked: () => Promise.resolve(fake.elements()),
    vandalize: () => {
      fake.tables.iptables = { INPUT: [], FORWARD: [], OUTPUT: [] };
      fake.sets = {};
      return Promise.resolve();
    },
    until,
    destroy: () => Promise.resolve(),
  });
});

describe('the iptables responder', () => {
  let fake: FakeIpset;
  let responder: Responder;
  const network = (text: string): Network => parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };
  const entry: Entry = { network: network('198.18.1.1'), remainingMs: 60_000 };
  const entry6: Entry = { network: network('2001:db8::/64'), remainingMs: 60_000 };

  beforeEach(() => {
    fake = new FakeIpset();
    const ctx = new FakeResponderContext();
    ctx.intend('198.18.1.1');
    responder = createIptables(ctx, config, fake.programs);
  });
  afterEach(async () => {
    await responder.close();
  });

  it('puts one jump at the head of INPUT and FORWARD of both families, and takes all of it away', async () => {
    fake.tables.iptables = { INPUT: ['-j ACCEPT'], FORWARD: [], OUTPUT: [] };
    expect(await responder.start()).toEqual({ available: true, detail: 'chain NETSENTINEL in INPUT, FORWARD' });
    expect(fake.tables.iptables).toEqual({
      INPUT: ['-j NETSENTINEL', '-j ACCEPT'],
      FORWARD: ['-j NETSENTINEL'],
      OUTPUT: [],
      NETSENTINEL: ['-m set --match-set netsentinel4 src -j DROP'],
    });
    expect(fake.tables.ip6tables['NETSENTINEL']).toEqual(['-m set --match-set netsentinel6 src -j DROP']);
    await responder.clear();
    expect(fake.tables.iptables).toEqual({ INPUT: ['-j ACCEPT'], FORWARD: [], OUTPUT: [] });
    expect(fake.sets).toEqual({});
  });

  it('tells one ipset that is kept, and one of its own where that gives no answer', async () => {
    await responder.start();
    const change = (text: string) =>
      responder.apply([{ kind: 'block', network: network(text), remainingMs: 60_000, renew: false }]);
    expect(await change('198.18.1.2')).toMatchObject([{ ok: true }]);
    expect(fake.asked).toContain('add netsentinel4 198.18.1.2 timeout 60');
    fake.mute = true;
    expect(await change('198.18.1.3')).toMatchObject([{ ok: true }]);
    expect(fake.elements()).toEqual(['198.18.1.1', '198.18.1.2', '198.18.1.3']);
  });

  it('lets the exit status of another one decide where the one that is kept warns', async () => {
    await responder.start();
    fake.warning = 'Warning: Kernel support protocol versions 6-6';
    const jumps = structuredClone(fake.tables.iptables);
    expect(
      await responder.apply([{ kind: 'block', network: network('198.18.1.2'), remainingMs: 60_000, renew: false }]),
    ).toMatchObject([{ ok: true }]);
    expect(fake.elements()).toEqual(['198.18.1.1', '198.18.1.2']);
    expect(fake.tables.iptables).toEqual(jumps);
  });

  it('replaces everything where the ipset that is kept complains', async () => {
    await responder.start();
    fake.sets = {};
    expect(await responder.apply([{ kind: 'block', ...entry, renew: true }])).toMatchObject([{ ok: true }]);
    expect(fake.elements()).toEqual(['198.18.1.1']);
  });

  it('enforces IPv4 where ip6tables fails, says so, and fails what is IPv6', async () => {
    fake.failing.set('ip6tables-save', 'ip6tables: address family not supported');
    expect(await responder.start()).toEqual({
      available: true,
      detail: 'chain NETSENTINEL in INPUT, FORWARD; IPv6 is not enforced: ip6tables: address family not supported',
    });
    const outcomes = await responder.apply([
      { kind: 'block', ...entry, renew: true },
      { kind: 'block', ...entry6, renew: false },
    ]);
    expect(outcomes).toMatchObject([
      { ok: true },
      { ok: false, reason: 'IPv6 is not enforced: ip6tables: address family not supported' },
    ]);
  });

  it.each([
    ['ipset', 'Kernel error received: Operation not permitted', 'this process may not change the firewall'],
    ['iptables-save', 'Table filter is incompatible', 'iptables failed: Table filter is incompatible'],
    ['iptables-save', 'Permission denied (you must be root)', 'this process may not change the firewall'],
    ['iptables-restore', 'out of memory', 'iptables failed: out of memory'],
    ['ipset', 'the kernel has no ip_set', 'ipset failed: the kernel has no ip_set'],
  ])('says what is wrong where %s says: %s', async (program, complaint, reason) => {
    fake.failing.set(program, complaint);
    expect(await responder.start()).toMatchObject({ available: false, reason });
    expect(await responder.apply([{ kind: 'block', ...entry, renew: false }])).toEqual([{ ok: false, reason }]);
    fake.failing.clear();
    expect(await responder.sync()).toMatchObject({ available: true });
    expect(fake.elements()).toEqual(['198.18.1.1']);
  });

  it('says that a program is missing, and how to get it', async () => {
    const away = IptablesConfig.parse({ prefix: ['/nonexistent/ip'] });
    const absent = iptables.create(new FakeResponderContext(), away);
    expect(await absent.start()).toMatchObject({ available: false, reason: expect.stringContaining('ENOENT') });
    await absent.close();
  });
});
