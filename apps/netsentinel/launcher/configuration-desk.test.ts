import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigurationAsk } from '@netsentinel/contracts/configuration';
import { silentLogger } from '@netsentinel/kernel/log';
import { ConfigurationHistory } from '../config/configuration-history.ts';
import { ConfigurationDesk } from './configuration-desk.ts';

const TEXT = 'data: ./d\nlogLevel: warn\n';
let top: string;
let file: string;
let desk: ConfigurationDesk;
let history: ConfigurationHistory;
let last = 0;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-desk-'));
  file = join(top, 'netsentinel.yaml');
  writeFileSync(file, TEXT);
  chmodSync(file, 0o640);
  const historyFolder = join(top, 'd/configuration');
  history = new ConfigurationHistory(historyFolder);
  desk = new ConfigurationDesk({
    history,
    historyFolder,
    argv: ['--config', file, 'up', '--json'],
    file,
    now: Date.now,
    log: silentLogger,
  });
  desk.started(TEXT);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const ask = async (asked: ConfigurationAsk): Promise<Record<string, unknown>> => {
  const { answer, error } = await desk.answer({ t: 'configuration', request: ++last, ask: asked });
  return error === undefined ? { answer } : { error };
};
const change = (text: string, base?: number): Promise<Record<string, unknown>> =>
  ask({ what: 'change', text, by: 'console:ada', reason: 'to see more', ...(base === undefined ? {} : { base }) });
const onDisk = (): string => readFileSync(file, 'utf8');

describe('the configuration', () => {
  it('is shown with its versions, its secrets hidden', async () => {
    expect(await ask({ what: 'read' })).toMatchObject({ answer: { version: 1, state: 'running', text: TEXT } });
    expect(await ask({ what: 'list' })).toMatchObject({ answer: [{ version: 1 }] });
    expect(await ask({ what: 'read', version: 7 })).toMatchObject({ error: { code: 'CONFIGURATION_UNKNOWN' } });
  });

  it('is changed: a version, the file as a whole, and what is to be started', async () => {
    expect(await change(`${TEXT}health: { heartbeatAfterMs: 60000 }\n`, 1)).toEqual({
      answer: { sections: ['health'], version: 2 },
    });
    expect(await desk.next).toMatchObject({
      version: 2,
      plan: { json: true, config: { health: { heartbeatAfterMs: 60_000 } }, source: { file } },
    });
    expect(onDisk()).toBe(`${TEXT}health: { heartbeatAfterMs: 60000 }\n`);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(history.get(2)).toMatchObject({ state: 'starting', by: 'console:ada', reason: 'to see more' });
    // One at a time.
    expect(await change(TEXT)).toMatchObject({ error: { code: 'CONFIGURATION_BUSY' } });
    desk.started(onDisk());
    desk.settled(2, onDisk());
    expect(await ask({ what: 'compare', from: 1, to: 2 })).toEqual({
      answer: [
        { change: 'same', text: 'data: ./d' },
        { change: 'same', text: 'logLevel: warn' },
        { change: 'added', text: 'health: { heartbeatAfterMs: 60000 }' },
      ],
    });
    expect(await ask({ what: 'restore', version: 1, base: 2, by: 'console:ada' })).toEqual({
      answer: { sections: ['health'], version: 3 },
    });
    expect(onDisk()).toBe(TEXT);
    expect(history.get(3)).toMatchObject({ restores: 1 });
  });

  it('is put back where it could not be started with', async () => {
    await change(`${TEXT}health: { heartbeatAfterMs: 60000 }\n`);
    const { version } = await desk.next;
    desk.settled(version, TEXT, new Error('port 22 is in use'));
    expect(onDisk()).toBe(TEXT);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(await ask({ what: 'list' })).toMatchObject({
      answer: [{ version: 2, state: 'failed', error: expect.stringContaining('port 22 is in use') as string }, {}],
    });
    expect(await change('logLevel: info\ndata: ./d\n')).toMatchObject({ answer: { version: 3 } });
  });

  it.each([
    ['no YAML', 'data: [', 'CONFIGURATION_INVALID', /netsentinel\.yaml:1:/],
    ['no such key', 'data: ./d\nlogLevle: info\n', 'CONFIGURATION_INVALID', /netsentinel\.yaml:2:1: .*logLevel/],
    ['kept at the machine', 'data: ./d\nenforcer: { mode: enforce }\n', 'CONFIGURATION_KEPT', /enforcer/],
    [
      'a secret that is not there',
      `${TEXT}# x\nalert: { notifiers: [] }\nx: { value: "***1" }\n`,
      'CONFIGURATION_SECRET_UNKNOWN',
      /\*\*\*1/,
    ],
  ])('is not changed to what is wrong: %s', async (_, text, code, message) => {
    for (const asked of [{ what: 'check', text } as const, { what: 'change', text, by: 'console:ada' } as const])
      expect(await ask(asked)).toMatchObject({ error: { code, message: expect.stringMatching(message) as string } });
    expect(onDisk()).toBe(TEXT);
    expect(existsSync(`${file}.candidate`)).toBe(false);
    expect(history.list()).toHaveLength(1);
  });

  it('is not changed from another version than the one in force, nor over what was written at the machine', async () => {
    expect(await change('logLevel: info\ndata: ./d\n', 3)).toMatchObject({ error: { code: 'CONFIGURATION_CHANGED' } });
    writeFileSync(file, `${TEXT}# by hand\n`);
    expect(await change('logLevel: info\ndata: ./d\n', 1)).toMatchObject({
      error: { code: 'CONFIGURATION_FILE_CHANGED' },
    });
    expect(onDisk()).toBe(`${TEXT}# by hand\n`);
  });

  it('is what it was where nothing is changed', async () => {
    expect(await change(TEXT, 1)).toEqual({ answer: { sections: [] } });
    expect(await ask({ what: 'check', text: 'data: ./d\nlogLevel: info\n' })).toEqual({
      answer: { sections: ['logLevel'] },
    });
    expect(history.list()).toHaveLength(1);
    expect(existsSync(`${file}.candidate`)).toBe(false);
  });
});
