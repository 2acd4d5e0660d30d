import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatNetwork, parseAddress } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { createNetworkLab, namespacesUnavailable } from '@netsentinel/testkit/netns';
import { FakeResponderContext } from '@netsentinel/testkit/responder-context';
import { describe, expect, it, vi } from 'vitest';
import { NftablesConfig } from './nftables.config.ts';
import { nftables } from './nftables.responder.ts';

const unavailable = namespacesUnavailable();

interface Listing {
  readonly nftables: readonly {
    readonly set?: { readonly name: string; readonly elem?: readonly { readonly elem: { readonly val: string } }[] };
  }[];
}

/** Networks in the sets of our table, as nft lists them. */
export function listBlocked(json: string): string[] {
  return (JSON.parse(json) as Listing).nftables.flatMap(({ set }) => {
    const prefix = Number(set?.name.split('_')[1]);
    if (set?.elem === undefined || Number.isNaN(prefix)) return [];
    return set.elem.map(({ elem }) => {
      const address = parseAddress(elem.val);
      if (address === undefined) throw new Error(`not an address: ${elem.val}`);
      return formatNetwork({ family: address.family, base: address.value, prefix });
    });
  });
}

describe.skipIf(unavailable !== undefined)('nftables in a namespace of its own', () => {
  responderSuite('nftables', () => {
    const lab = createNetworkLab();
    const config = NftablesConfig.parse({ command: [...lab.inDefender, 'nft'], mendDelayMs: 50 });
    const blocked = (): string[] => {
      try {
        return listBlocked(lab.run('defender', ['nft', '-j', 'list', 'table', 'inet', 'netsentinel']));
      } catch {
        return [];
      }
    };
    return Promise.resolve({
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => nftables.create(ctx, config),
      blocked: () => Promise.resolve(blocked()),
      vandalize: () => {
        lab.run('defender', ['nft', 'flush', 'ruleset']);
        return Promise.resolve();
      },
      until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 100 }).then(() => {}),
      destroy: () => {
        lab.destroy();
        return Promise.resolve();
      },
    });
  });

  it('says what is missing without rights', async () => {
    const config = NftablesConfig.parse({
      command: ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', 'nft'],
    });
    const responder = nftables.create(new FakeResponderContext(), config);
    expect(await responder.start()).toEqual({
      available: false,
      reason: 'this process may not change the firewall',
      hint: 'Run the enforcer as root or with the capability CAP_NET_ADMIN.',
    });
    const [outcome] = await responder.apply([
      { kind: 'block', network: { family: 4, base: 1n, prefix: 32 }, remainingMs: 1000, renew: false },
    ]);
    expect(outcome).toEqual({ ok: false, reason: 'this process may not change the firewall' });
    await responder.close();
  });
});
