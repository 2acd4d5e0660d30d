/** Debian's HAProxy on loopback: the contract, and requests that are refused, served again, and refused still after its restart. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { describe, expect, it } from 'vitest';
import { HaproxyMapConfig } from './haproxy-map.config.ts';
import { haproxyMap } from './haproxy-map.responder.ts';
import { RuntimeMap } from './runtime-map.ts';

const missing = spawnSync('haproxy', ['-v']).error !== undefined;

/** The client's address is taken from a header, so that one machine can play many. */
async function createHaproxy() {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-haproxy-'));
  const port = await freePort();
  const file = join(folder, 'blocked.map');
  const main = join(folder, 'haproxy.cfg');
  writeFileSync(file, '');
  writeFileSync(
    main,
    `global
  stats socket ${folder}/admin.sock mode 600 level admin
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:${port}
  http-request deny if { hdr_ip(x-client),map_ip(${file},0) -m int 1 }
  http-request return status 200
`,
  );
  const config = HaproxyMapConfig.parse({ file, socket: join(folder, 'admin.sock'), checkMs: 100 });
  const map = new RuntimeMap(config, systemClock);
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn('haproxy', ['-db', '-f', main], { stdio: 'ignore' });
    await listening(port, 'HAProxy');
    await until(() =>
      map.count().then(
        (entries) => entries !== undefined,
        () => false,
      ),
    );
  };
  const kill = async (): Promise<void> => {
    const gone = once(child!, 'exit');
    child!.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    config,
    start,
    kill,
    map,
    refuses: async (ip: string): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-client': ip } })).status === 403,
    destroy: async (): Promise<void> => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(missing && process.env['CI'] === undefined)('Debian’s HAProxy', () => {
  responderSuite('haproxy', async () => {
    const haproxy = await createHaproxy();
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => haproxyMap.create(ctx, haproxy.config),
      blocked: () => haproxy.map.list(),
      vandalize: async () => void (await haproxy.map.ask(`clear map ${haproxy.config.file}`)),
      until,
      destroy: haproxy.destroy,
    };
  });

  it('refuses the requests of whom we block, among 100,000, also after its restart', async () => {
    const haproxy = await createHaproxy();
    const ctx = new FakeResponderContext();
    for (let i = 0; i < 100_000; i++) ctx.intend(`100.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
    const responder = haproxyMap.create(ctx, haproxy.config);
    try {
      expect(await responder.start()).toMatchObject({ available: true });
      expect(await haproxy.map.count()).toBe(100_000);
      const outcomes = await responder.apply([
        blockOf('198.18.1.1'),
        blockOf('198.18.2.0/24'),
        blockOf('2001:db8:1::/64'),
        unblockOf('100.64.0.7'),
      ]);
      for (const outcome of outcomes) expect(outcome.ok && (await outcome.verified)).toBe(true);
      for (const ip of ['198.18.1.1', '198.18.2.9', '2001:db8:1::5', '100.65.134.159'])
        expect([ip, await haproxy.refuses(ip)]).toEqual([ip, true]);
      for (const ip of ['198.18.3.1', '100.64.0.7']) expect([ip, await haproxy.refuses(ip)]).toEqual([ip, false]);
      await haproxy.kill();
      await until(() => Promise.resolve(!responder.availability().available));
      await haproxy.start();
      await until(() => Promise.resolve(responder.availability().available));
      expect(await haproxy.refuses('198.18.2.9')).toBe(true);
      expect(await haproxy.refuses('198.18.3.1')).toBe(false);
      expect(await haproxy.map.count()).toBe(100_002);
    } finally {
      await responder.close();
      await haproxy.destroy();
    }
  });
});
