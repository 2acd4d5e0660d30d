import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { NginxMapConfig } from './nginx-map.config.ts';
import { nginxMap } from './nginx-map.responder.ts';

const blockedIn = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(' 1;'))
    .map((line) => line.slice(0, -3));

responderSuite('nginx-map', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-nginx-'));
  const config = NginxMapConfig.parse({
    file: join(folder, 'b.conf'),
    reload: ['true'],
    reloadEveryMs: 0,
    checkMs: 100,
  });
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => nginxMap.create(ctx, config),
    blocked: () => Promise.resolve(existsSync(config.file) ? blockedIn(config.file) : []),
    vandalize: () => {
      rmSync(config.file);
      return Promise.resolve();
    },
    until,
    destroy: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
});

describe('nginx-map', () => {
  let folder: string;
  let log: string;
  let responder: Responder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netsentinel-nginx-'));
    log = join(folder, 'reloads');
    // What a reload would read, noted.
    writeFileSync(
      join(folder, 'reload'),
      `#!/bin/sh\ngrep -c ' 1;$' ${folder}/b.conf >> ${log}\n[ ! -e ${folder}/broken ] || { echo 'no nginx' >&2; exit 1; }\n`,
    );
    chmodSync(join(folder, 'reload'), 0o755);
  });
  afterEach(async () => {
    await responder.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const make = (change: object = {}): Responder =>
    (responder = nginxMap.create(
      new FakeResponderContext(),
      NginxMapConfig.parse({ file: join(folder, 'b.conf'), reload: [join(folder, 'reload')], checkMs: 100, ...change }),
    ));
  const reloads = (): string[] => readFileSync(log, 'utf8').trim().split('\n');

  it('has nginx read the file after each change', async () => {
    await make({ reloadEveryMs: 50 }).start();
    expect(await responder.apply([blockOf('198.18.1.1'), blockOf('198.18.1.2')])).toMatchObject([
      { ok: true },
      { ok: true },
    ]);
    expect(reloads()).toEqual(['0', '2']);
  });

  it('says why nginx was not reloaded, and tries again', async () => {
    writeFileSync(join(folder, 'broken'), '');
    expect(await make({ reloadEveryMs: 0 }).start()).toMatchObject({
      available: false,
      reason: 'nginx was not reloaded: no nginx',
    });
    expect(await responder.apply([blockOf('198.18.1.1')])).toMatchObject([{ ok: false }]);
    rmSync(join(folder, 'broken'));
    await until(() => responder.availability().available);
  });

  it('says where it cannot write', async () => {
    expect(await make({ file: join(folder, 'none', 'b.conf') }).start()).toMatchObject({
      available: false,
      reason: expect.stringContaining('cannot be written'),
    });
  });

  it('ends while it waits for its next reload', async () => {
    await make({ reloadEveryMs: 60_000 }).start();
    const waiting = responder.apply([blockOf('198.18.1.1')]);
    await until(() => blockedIn(join(folder, 'b.conf')).length === 1);
    await responder.close();
    expect(await waiting).toMatchObject([{ ok: false, reason: 'closed' }]);
  });
});
