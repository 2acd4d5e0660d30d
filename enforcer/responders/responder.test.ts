import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { FakeResponderContext } from '@netsentinel/testkit/responder-context';
import { describe, expect, it } from 'vitest';
import { EnforcerConfig, respondersOf } from '../enforcer.config.ts';
import { strongestMode } from '../strongest-mode.ts';
import { RESPONDER_CONFIGS } from './configs.ts';
import { configuredResponders, findResponder, responderIds } from './index.ts';

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

it('lists every responder that there is', () => {
  const home = dirname(fileURLToPath(import.meta.url));
  const folders = readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  expect(responderIds.toSorted()).toEqual(names);
  expect(Object.keys(RESPONDER_CONFIGS).toSorted()).toEqual(names);
});

it.each(responderIds)('%s is what its line says, with safe defaults', async (id) => {
  const definition = await findResponder(id);
  expect(definition?.id).toBe(id);
  expect(definition?.config.safeParse({ nonsense: true }).success).toBe(false);
  // Its settings and its mode, checked as part of the whole.
  const shape = EnforcerConfig.safeParse({ responders: { [id]: { mode: 'approve', nonsense: true } } });
  expect(shape.error?.issues).toContainEqual(
    expect.objectContaining({ code: 'unrecognized_keys', keys: ['nonsense'] }),
  );
});

it('knows no others', async () => {
  expect(await findResponder('pigeon')).toBeUndefined();
  expect(await findResponder('toString')).toBeUndefined();
});

describe('what is configured', () => {
  const modes = (config: object): unknown =>
    respondersOf(EnforcerConfig.parse(config)).map(({ id, mode }) => [id, mode]);

  it('is nftables that simulates, unless something else is said', () => {
    expect(modes({})).toEqual([['nftables', 'simulate']]);
    expect(modes({ mode: 'enforce' })).toEqual([['nftables', 'enforce']]);
    expect(modes({ mode: 'enforce', responders: { nftables: { mode: 'off' } } })).toEqual([['nftables', 'off']]);
    expect(strongestMode(EnforcerConfig.parse({ mode: 'enforce', responders: { nftables: { mode: 'off' } } }))).toBe(
      'off',
    );
  });

  it('may be written as it was before there were several', () => {
    const [former] = respondersOf(EnforcerConfig.parse({ mode: 'enforce', nftables: { table: 'mine' } }));
    expect(former).toMatchObject({ id: 'nftables', mode: 'enforce', options: { table: 'mine', hook: 'prerouting' } });
    const both = EnforcerConfig.safeParse({ responders: { nftables: {} }, nftables: {} });
    expect(both.error?.issues[0]?.message).toContain('responders.nftables');
    expect(EnforcerConfig.safeParse({ responders: {} }).success).toBe(false);
  });
});

it('makes what is configured', async () => {
  const [configured] = await configuredResponders(
    EnforcerConfig.parse({ nftables: { command: ['/nonexistent/nft'] } }),
  );
  const responder = configured?.create(new FakeResponderContext(new ManualClock()));
  expect(responder?.id).toBe('nftables');
  expect(await responder?.start()).toMatchObject({ available: false, reason: expect.stringContaining('ENOENT') });
  await responder?.close();
});
