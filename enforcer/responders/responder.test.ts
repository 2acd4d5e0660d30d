import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { expect, it } from 'vitest';
import { EnforcerConfig } from '../enforcer.config.ts';
import { configuredResponders } from './index.ts';

responderSuite('fake', () => {
  const clock = new ManualClock();
  const firewall = new FakeFirewall(clock);
  return Promise.resolve({
    clock,
    log: silentLogger,
    create: (ctx) => new FakeResponder(firewall, ctx),
    blocked: () => Promise.resolve(firewall.blocked()),
    vandalize: () => {
      firewall.entries.clear();
      return Promise.resolve();
    },
    until: async (check) => {
      for (let i = 0; i < 100 && !(await check()); i++) clock.advance(50);
    },
    destroy: () => Promise.resolve(),
  });
});

it('finds what is configured', async () => {
  const [factory] = await configuredResponders(EnforcerConfig.parse({ nftables: { command: ['/nonexistent/nft'] } }));
  const clock = new ManualClock();
  const intended = { remainingMs: () => undefined, all: () => [], count: () => 0 };
  const responder = factory?.({ clock, log: silentLogger, intended, onMended: () => {} });
  expect(responder?.id).toBe('nftables');
  expect(await responder?.start()).toMatchObject({ available: false, reason: expect.stringContaining('ENOENT') });
  await responder?.close();
});
