import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { firewallTrafficSuite } from '@netsentinel/testkit/contracts/firewall-traffic.suite';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { ipsetElements } from '@netsentinel/testkit/ipset-elements';
import { createNetworkLab, namespacesUnavailable } from '@netsentinel/testkit/netns';
import { privateFiles } from '@netsentinel/testkit/private-files';
import { blockOf, FakeResponderContext } from '@netsentinel/testkit/responder-context';
import { describe, expect, it, vi } from 'vitest';
import { UfwConfig } from './ufw.config.ts';
import { ufw } from './ufw.responder.ts';

/** A defender with ufw in force, its files its own. */
async function ufwLab() {
  const lab = createNetworkLab();
  const files = await privateFiles(lab, { empty: ['/run'], copied: ['/etc/ufw', '/etc/default/ufw'] });
  const run = (...command: string[]): string => lab.run('defender', [...files.enter, ...command]);
  run('ufw', '--force', 'enable');
  return {
    lab,
    run,
    config: UfwConfig.parse({ prefix: files.enter, checkMs: 200 }),
    destroy: (): void => {
      lab.destroy();
      files.remove();
    },
  };
}

describe.skipIf(namespacesUnavailable('ufw', 'ipset') !== undefined)('ufw in namespaces of its own', () => {
  responderSuite('ufw', async () => {
    const { config, run, destroy } = await ufwLab();
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => ufw.create(ctx, config),
      blocked: () => Promise.resolve(ipsetElements(run('ipset', 'save'))),
      vandalize: () => {
        run('ufw', 'reload');
        run('ipset', 'flush');
        return Promise.resolve();
      },
      until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 100 }).then(() => {}),
      destroy: () => {
        destroy();
        return Promise.resolve();
      },
    };
  });

  const disruptions = ['ufw reload', 'ufw disable and enable', 'the chains of ufw are flushed'] as const;
  firewallTrafficSuite('ufw', disruptions, async () => {
    const { lab, config, run, destroy } = await ufwLab();
    // Probes go to this port, and established connections are what ufw accepts before everything else.
    run('ufw', 'allow', 'from', 'any');
    return {
      lab,
      create: (ctx) => ufw.create(ctx, UfwConfig.parse({ ...config, checkMs: 1000 })),
      disruptions: {
        'ufw reload': () => void run('ufw', 'reload'),
        'ufw disable and enable': () => {
          run('ufw', 'disable');
          run('ufw', '--force', 'enable');
        },
        'the chains of ufw are flushed': () => {
          run('iptables', '-F', 'ufw-before-input');
          run('ip6tables', '-F', 'ufw6-before-input');
        },
      } satisfies Record<(typeof disruptions)[number], () => void>,
      destroy,
    };
  });

  it('ends with ufw, says so, comes back with it, and writes nothing to its files', async () => {
    const { config, run, destroy } = await ufwLab();
    const rules = (): string => run('cat', '/etc/ufw/user.rules', '/etc/ufw/before.rules', '/etc/ufw/before6.rules');
    const before = rules();
    const ctx = new FakeResponderContext();
    ctx.intend('198.18.1.1');
    const responder = ufw.create(ctx, config);
    try {
      expect(await responder.start()).toEqual({
        available: true,
        detail: 'chain netsentinel-ufw in ufw-before-input, ufw-before-forward',
      });
      expect(run('ufw', 'show', 'before-rules')).toContain('netsentinel-ufw');
      run('ufw', 'disable');
      await expect.poll(() => responder.availability()).toMatchObject({ reason: 'ufw is not active' });
      expect(await responder.apply([blockOf('198.18.1.1')])).toEqual([{ ok: false, reason: 'ufw is not active' }]);
      expect(run('iptables', '-S', 'ufw-before-input')).not.toContain('netsentinel-ufw');
      run('ufw', '--force', 'enable');
      await expect.poll(() => responder.availability()).toMatchObject({ available: true });
      expect(run('iptables', '-S', 'ufw-before-input')).toMatch(
        /^-N ufw-before-input\n-A ufw-before-input -j netsentinel-ufw\n/,
      );
      await responder.clear();
      expect(run('iptables-save')).not.toContain('netsentinel');
      expect(rules()).toBe(before);
    } finally {
      await responder.close();
      destroy();
    }
  });
});
