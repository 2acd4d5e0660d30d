import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { firewallTrafficSuite } from '@netsentinel/testkit/contracts/firewall-traffic.suite';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { createFirewalldLab, type FirewalldLab } from '@netsentinel/testkit/firewalld-lab';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { FakeResponderContext } from '@netsentinel/testkit/responder-context';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FirewalldConfig } from './firewalld.config.ts';
import { firewalld } from './firewalld.responder.ts';

const SETS = ['v4-24', 'v4-25', 'v4-32', 'v6-48', 'v6-64', 'v6-128'];

const unavailable = namespacesUnavailable('firewalld', 'dbus-daemon', 'busctl', 'nft', 'conntrack');

describe.skipIf(unavailable !== undefined)('firewalld in namespaces of its own', () => {
  describe('and one lab for all', () => {
    let lab: FirewalldLab;
    let config: FirewalldConfig;
    beforeAll(async () => {
      lab = await createFirewalldLab();
      config = FirewalldConfig.parse({ prefix: lab.enter, checkMs: 200, prefixes4: [24, 25, 32] });
    });
    afterAll(() => lab.destroy());

    const entries = (): string[] =>
      SETS.flatMap((set) => {
        try {
          const bus = 'org.fedoraproject.FirewallD1';
          const call = ['call', bus, '/org/fedoraproject/FirewallD1', `${bus}.ipset`, 'getEntries', 's'];
          const output = lab.run('busctl', '--json=short', ...call, `netsentinel-${set}`);
          return (JSON.parse(output) as { data: string[][] }).data[0] ?? [];
        } catch {
          return [];
        }
      });
    responderSuite('firewalld', () =>
      Promise.resolve({
        clock: systemClock,
        log: silentLogger,
        create: (ctx) => firewalld.create(ctx, config),
        blocked: () => Promise.resolve(entries()),
        vandalize: () => {
          lab.run('firewall-cmd', '--reload');
          return Promise.resolve();
        },
        until: (check) => vi.waitUntil(check, { timeout: 8000, interval: 50 }).then(() => {}),
        // The next one takes over what is there.
        destroy: () => Promise.resolve(),
      }),
    );
  });

  const disruptions = [
    'firewall-cmd --reload',
    'firewalld is restarted',
    'our set is flushed behind the back of firewalld',
    'our definitions are deleted',
  ] as const;
  firewallTrafficSuite('firewalld', disruptions, async () => {
    const { lab, run, enter, restart, destroy } = await createFirewalldLab();
    // Probes are to be accepted, and established connections are what firewalld accepts before everything else.
    run('firewall-cmd', '--set-default-zone=trusted');
    const config = FirewalldConfig.parse({ prefix: enter, checkMs: 500 });
    return {
      lab,
      create: (ctx) => firewalld.create(ctx, config),
      disruptions: {
        'firewall-cmd --reload': () => void run('firewall-cmd', '--reload'),
        'firewalld is restarted': restart,
        'our set is flushed behind the back of firewalld': () =>
          void run('nft', 'flush', 'set', 'inet', 'firewalld', 'netsentinel-v4-32'),
        'our definitions are deleted': () => {
          run('firewall-cmd', '--permanent', '--delete-policy=netsentinel');
          run('firewall-cmd', '--reload');
        },
      } satisfies Record<(typeof disruptions)[number], () => void | Promise<void>>,
      destroy,
    };
  });

  it('is unavailable while firewalld is stopped, comes back with it, and leaves no definition behind', async () => {
    const { run, enter, stop, start, destroy } = await createFirewalldLab();
    const ctx = new FakeResponderContext();
    ctx.intend('198.18.1.1');
    const config = FirewalldConfig.parse({ prefix: enter, checkMs: 200 });
    const responder = firewalld.create(ctx, config);
    try {
      expect(await responder.start()).toMatchObject({ available: true });
      expect(run('firewall-cmd', '--ipset=netsentinel-v4-32', '--get-entries').trim()).toBe('198.18.1.1');
      await stop();
      await expect
        .poll(() => responder.availability(), { timeout: 5000 })
        .toMatchObject({
          reason: 'firewalld is not running',
        });
      await start();
      await expect.poll(() => responder.availability(), { timeout: 5000 }).toMatchObject({ available: true });
      expect(run('firewall-cmd', '--ipset=netsentinel-v4-32', '--get-entries').trim()).toBe('198.18.1.1');
      await responder.clear();
      expect(run('firewall-cmd', '--permanent', '--get-ipsets')).not.toContain('netsentinel');
      expect(run('nft', 'list', 'table', 'inet', 'firewalld')).not.toContain('netsentinel');
    } finally {
      await responder.close();
      destroy();
    }
  });
});
