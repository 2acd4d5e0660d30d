import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { firewallTrafficSuite } from '@netsentinel/testkit/contracts/firewall-traffic.suite';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { createNetworkLab, namespacesUnavailable } from '@netsentinel/testkit/netns';
import { describe, vi } from 'vitest';
import { ipsetElements } from '@netsentinel/testkit/ipset-elements';
import { IptablesConfig } from './iptables.config.ts';
import { iptables } from './iptables.responder.ts';

const unavailable = namespacesUnavailable('iptables-nft', 'iptables-legacy', 'ipset');

describe.skipIf(unavailable !== undefined).each(['nft', 'legacy'] as const)('iptables-%s', (variant) => {
  responderSuite(`iptables-${variant} in a namespace of its own`, () => {
    const lab = createNetworkLab();
    const config = IptablesConfig.parse({ prefix: lab.inDefender, variant, checkMs: 100 });
    return Promise.resolve({
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => iptables.create(ctx, config),
      blocked: () => Promise.resolve(ipsetElements(lab.run('defender', ['ipset', 'save']))),
      vandalize: () => {
        for (const program of [`iptables-${variant}`, `ip6tables-${variant}`]) {
          lab.run('defender', [program, '-F']);
          lab.run('defender', [program, '-X']);
        }
        lab.run('defender', ['ipset', 'destroy']);
        return Promise.resolve();
      },
      until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 100 }).then(() => {}),
      destroy: () => {
        lab.destroy();
        return Promise.resolve();
      },
    });
  });

  const disruptions = [
    'everything is flushed and removed',
    'the jump is deleted',
    'our chain is flushed',
    'the set is flushed',
    'one element is deleted',
    'a rule that accepts everything is put before ours',
  ] as const;
  firewallTrafficSuite(`iptables-${variant}`, disruptions, () => {
    const lab = createNetworkLab();
    const config = IptablesConfig.parse({ prefix: lab.inDefender, variant, checkMs: 500 });
    const both = (...args: string[]): void => {
      for (const program of [`iptables-${variant}`, `ip6tables-${variant}`]) lab.run('defender', [program, ...args]);
    };
    return Promise.resolve({
      lab,
      create: (ctx) => iptables.create(ctx, config),
      disruptions: {
        'everything is flushed and removed': () => {
          both('-F');
          both('-X');
          lab.run('defender', ['ipset', 'destroy']);
        },
        'the jump is deleted': () => both('-D', 'INPUT', '-j', 'NETSENTINEL'),
        'our chain is flushed': () => both('-F', 'NETSENTINEL'),
        'the set is flushed': () => {
          lab.run('defender', ['ipset', 'flush', 'netsentinel4']);
        },
        'one element is deleted': () => {
          lab.run('defender', ['ipset', 'del', 'netsentinel4', '198.18.0.2']);
        },
        'a rule that accepts everything is put before ours': () => both('-I', 'INPUT', '-j', 'ACCEPT'),
      } satisfies Record<(typeof disruptions)[number], () => void>,
      destroy: () => lab.destroy(),
    });
  });
});
