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

/** Asks firewalld for the entries of each of our sets, a line of JSON each; one that is not there has none. */
const LIST_ENTRIES = `for set in "$0" "$@"; do
  busctl --json=short call org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.ipset getEntries s "netsentinel-$set" 2>/dev/null
done; true`;

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

    // One program for all sets: while it runs, the responder waits.
    const entries = (): string[] =>
      lab
        .run('sh', '-c', LIST_ENTRIES, ...SETS)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .flatMap((line) => (JSON.parse(line) as { data: string[][] }).data[0] ?? []);
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
        until: (check) => vi.waitUntil(check, { timeout: 30_000, interval: 250 }).then(() => {}),
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
        .poll(() => responder.availability(), { timeout: 30_000 })
        .toMatchObject({
          reason: 'firewalld is not running',
        });
      await start();
      await expect.poll(() => responder.availability(), { timeout: 30_000 }).toMatchObject({ available: true });
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
