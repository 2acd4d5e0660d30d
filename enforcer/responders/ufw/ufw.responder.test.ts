import { FakeIpset } from '@netsentinel/testkit/fake-ipset';
import { FakeResponderContext } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { UfwConfig } from './ufw.config.ts';
import { createUfw } from './ufw.responder.ts';

const active = (name: string) => ({
  [`${name}-before-input`]: ['-i lo -j ACCEPT'],
  [`${name}-before-forward`]: [],
  [`${name}-user-input`]: [],
});

describe('the ufw responder', () => {
  let fake: FakeIpset;
  let responder: Responder;
  let ctx: FakeResponderContext;

  const make = (changes: object = {}): void => {
    const config = UfwConfig.parse({ prefix: ['in', 'a', 'namespace'], checkMs: 100, ...changes });
    responder = createUfw(ctx, config, fake.programs);
  };
  beforeEach(() => {
    fake = new FakeIpset();
    ctx = new FakeResponderContext();
    make();
  });
  afterEach(async () => {
    await responder.close();
  });

  it('jumps before the rules of ufw, again after ufw has made its chains anew', async () => {
    fake.tables.iptables = active('ufw');
    fake.tables.ip6tables = active('ufw6');
    expect(await responder.start()).toMatchObject({ available: true });
    const first = (): string | undefined => fake.tables.iptables['ufw-before-input']?.[0];
    expect(first()).toBe('-j netsentinel-ufw');
    expect(fake.tables.ip6tables['ufw6-before-input']).toEqual(['-j netsentinel-ufw', '-i lo -j ACCEPT']);
    fake.tables.iptables = { ...fake.tables.iptables, ...active('ufw') };
    await expect
      .poll(() => ctx.mends, { timeout: 30_000 })
      .toEqual(['the jump to netsentinel-ufw was gone from ufw-before-input, ufw-before-forward']);
    expect(first()).toBe('-j netsentinel-ufw');
  });

  it('leaves a ufw alone that is not active, whatever chains it has left', async () => {
    const disabled = { 'ufw-before-input': [], 'ufw-before-forward': [] };
    fake.tables.iptables = structuredClone(disabled);
    expect(await responder.start()).toMatchObject({ available: false, reason: 'ufw is not active' });
    expect(fake.tables.iptables).toEqual(disabled);
  });

  it('enforces IPv4 alone where ufw does not handle IPv6, and input alone where that is wanted', async () => {
    await responder.close();
    make({ forward: false });
    fake.tables.iptables = active('ufw');
    expect(await responder.start()).toEqual({
      available: true,
      detail: 'chain netsentinel-ufw in ufw-before-input; IPv6 is not enforced: ufw is not active',
    });
    expect(fake.tables.iptables['ufw-before-forward']).toEqual([]);
  });
});
