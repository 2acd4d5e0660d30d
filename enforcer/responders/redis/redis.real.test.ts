/** Debian's Redis: the contract, a reader that follows the README, and 100,000 entries. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { RedisConnection } from '@netsentinel/kernel/redis-connection';
import { writeCertificate } from '@netsentinel/testkit/certificate';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { freePort } from '@netsentinel/testkit/free-port';
import { FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { describe, expect, it } from 'vitest';
import { placeOf } from './redis-place.ts';
import { RedisConfig } from './redis.config.ts';
import { redis } from './redis.responder.ts';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;

class RealRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'netsentinel-redis-'));
  readonly args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(args: readonly string[]) {
    this.args = args;
  }

  async start(): Promise<void> {
    this.#child = spawn('redis-server', ['--save', '', '--appendonly', 'no', '--dir', this.folder, ...this.args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const child = this.#child;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject).once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      child.stdout!.on('data', (text) => {
        if (String(text).includes('eady to accept connections')) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async destroy(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.skipIf(missing && process.env['CI'] === undefined)('Debian’s Redis', () => {
  responderSuite('redis-server', async () => {
    const port = await freePort();
    const server = new RealRedis(['--port', String(port), '--bind', '127.0.0.1']);
    await server.start();
    const config = RedisConfig.parse({ port, checkMs: 200 });
    const reader = await RedisConnection.open(placeOf(config), systemClock, () => {});
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => redis.create(ctx, config),
      blocked: async () => {
        const [keys] = await reader.run([['KEYS', 'netsentinel:block:*']]);
        return (keys as string[]).map((key) => key.slice('netsentinel:block:'.length));
      },
      vandalize: async () => void (await reader.run([['FLUSHALL']])),
      until,
      destroy: async () => {
        reader.close();
        await server.destroy();
      },
    };
  });

  it('has all of 100,000 blocks again soon after it was killed, with TLS and a user of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netsentinel-redis-tls-'));
    const { certFile, keyFile } = writeCertificate(folder, 'redis');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'geheim\n');
    const port = await freePort();
    const server = new RealRedis([
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--tls-auth-clients',
      'no',
      '--tls-cert-file',
      certFile,
      '--tls-key-file',
      keyFile,
      '--tls-ca-cert-file',
      certFile,
      ...'--user default off --user enforcer on >geheim ~netsentinel:* &netsentinel:* +@all'.split(' '),
    ]);
    await server.start();
    const config = RedisConfig.parse({
      host: 'localhost',
      port,
      username: 'enforcer',
      passwordFile,
      tls: { caFile: certFile },
    });
    const ctx = new FakeResponderContext();
    for (let i = 0; i < 100_000; i++) ctx.intend(`100.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
    const responder = redis.create(ctx, config);
    const count = async (): Promise<number> => {
      try {
        const reader = await RedisConnection.open(placeOf(config), systemClock, () => {});
        const [listed] = await reader.run([['ZCARD', 'netsentinel:blocks']]);
        reader.close();
        return Number(listed);
      } catch {
        return -1;
      }
    };
    try {
      expect(await responder.start()).toMatchObject({ available: true });
      expect(await count()).toBe(100_000);
      await server.kill();
      await server.start();
      await until(async () => (await count()) === 100_000);
      await until(() => ctx.mends.length === 1);
      expect(responder.availability().available).toBe(true);
    } finally {
      await responder.close();
      await server.destroy();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
