import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeHaproxy } from '@netsentinel/testkit/fake-haproxy';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { HaproxyMapConfig } from './haproxy-map.config.ts';
import { haproxyMap } from './haproxy-map.responder.ts';
import { RuntimeMap } from './runtime-map.ts';

async function startFake() {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-haproxy-'));
  const config = HaproxyMapConfig.parse({
    file: join(folder, 'blocked.map'),
    socket: join(folder, 'sock'),
    checkMs: 100,
  });
  const haproxy = new FakeHaproxy(config.file);
  await haproxy.listen(config.socket);
  const destroy = async (): Promise<void> => {
    await haproxy.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { haproxy, config, destroy };
}

responderSuite('haproxy-map', async () => {
  const { haproxy, config, destroy } = await startFake();
  return {
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => haproxyMap.create(ctx, config),
    blocked: () => Promise.resolve(haproxy.entries),
    vandalize: () => {
      haproxy.entries = [];
      return Promise.resolve();
    },
    until,
    destroy,
  };
});

describe('haproxy-map', () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  let responder: Responder;
  let ctx: FakeResponderContext;
  const saved = (): string => readFileSync(fake.config.file, 'utf8').split('\n').slice(1).join(' ').trim();
  beforeEach(async () => {
    fake = await startFake();
    ctx = new FakeResponderContext();
    responder = haproxyMap.create(ctx, fake.config);
    await responder.start();
  });
  afterEach(async () => {
    await responder.close();
    await fake.destroy();
  });

  it('writes to the file what the running one holds, soon and when it closes', async () => {
    await responder.apply([blockOf('198.18.1.1')]);
    await until(() => saved() === '198.18.1.1 1');
    await responder.apply([blockOf('198.18.1.2')]);
    await responder.close();
    expect(saved()).toBe('198.18.1.1 1 198.18.1.2 1');
  });

  it('mends the file that somebody changed', async () => {
    writeFileSync(fake.config.file, '0.0.0.0/0 1\n');
    await until(() => ctx.mends.length > 0);
    expect([saved(), ctx.mends]).toEqual(['', [`${fake.config.file} was altered`]]);
  });

  it('cuts what it says to fit HAProxy’s buffer', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => blockOf(`2001:db8:aaaa:${(i + 1).toString(16)}::/64`));
    expect(await responder.apply(many)).toHaveLength(2000);
    expect(fake.haproxy.entries).toHaveLength(2000);
    expect(Math.max(...fake.haproxy.asked.map((line) => line.length))).toBeLessThan(13_000);
  });

  it('says why it cannot, and puts the map right when it can again', async () => {
    fake.haproxy.complaint = 'Permission denied.\n';
    expect(await responder.apply([blockOf('198.18.1.1')])).toMatchObject([
      { ok: false, reason: 'HAProxy: Permission denied.' },
    ]);
    expect(responder.availability()).toMatchObject({ available: false, hint: expect.stringContaining('level admin') });
    fake.haproxy.complaint = undefined;
    await until(() => responder.availability().available);
    await until(() => fake.haproxy.entries.length === 1);
  });

  it('does not wait for ever, nor for HAProxy that is not there', async () => {
    const map = new RuntimeMap({ ...fake.config, socket: `${fake.config.socket}-none` }, systemClock);
    await expect(map.list()).rejects.toThrow('ENOENT');
    await expect(new RuntimeMap({ ...fake.config, file: '/other' }, systemClock).list()).rejects.toThrow('Unknown map');
    await expect(new RuntimeMap({ ...fake.config, file: '/other' }, systemClock).replace([])).rejects.toThrow(
      'Unknown',
    );
    expect(await new RuntimeMap({ ...fake.config, file: '/other' }, systemClock).count()).toBeUndefined();
  });
});
