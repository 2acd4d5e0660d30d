import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationHistory } from './configuration-history.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
let top: string;
let history: ConfigurationHistory;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-history-'));
  history = new ConfigurationHistory(join(top, 'configuration'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const change = (text: string): number =>
  history.add({ at: new Date(NOW).toISOString(), by: 'console:ada', state: 'starting', text }).version;
const states = (): unknown[] => history.list().map(({ version, state }) => [version, state]);

describe('the versions of the configuration', () => {
  it('are none before anything was started', () => {
    expect(history.list()).toEqual([]);
    expect(history.current).toBeUndefined();
  });

  it('have one for each text that was started with, the newest first, for their owner alone', () => {
    history.started('a: 1\n', NOW);
    history.started('a: 1\n', NOW + 1000);
    history.started('a: 2\n', NOW + 2000);
    expect(history.list()).toEqual([
      { version: 2, at: '2026-11-23T10:00:02.000Z', state: 'running' },
      { version: 1, at: '2026-11-23T10:00:00.000Z', state: 'running' },
    ]);
    expect(history.get(1)).toMatchObject({ text: 'a: 1\n' });
    const folder = join(top, 'configuration');
    for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))])
      expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('tell what came of a change', () => {
    history.started('a: 1\n', NOW);
    history.settle(change('a: 2\n'), 'failed', 'port 22 is in use');
    expect(history.current).toMatchObject({ version: 1 });
    history.started('a: 1\n', NOW);
    expect(history.list()).toMatchObject([{ version: 2, state: 'failed', error: 'port 22 is in use' }, { version: 1 }]);
    change('a: 3\n');
    expect(history.current).toMatchObject({ version: 1 });
    history.started('a: 3\n', NOW);
    expect(history.current).toMatchObject({ version: 3, by: 'console:ada', state: 'running' });
  });

  it('do not take a change for made that a crash came before', () => {
    history.started('a: 1\n', NOW);
    change('a: 2\n');
    history.started('a: 1\n', NOW + 1000);
    expect(states()).toEqual([
      [2, 'failed'],
      [1, 'running'],
    ]);
  });

  it('are at most two hundred, and those that cannot be read are passed over', () => {
    for (let i = 0; i < 203; i++) history.started(`a: ${i}\n`, NOW);
    expect(states()).toHaveLength(200);
    expect(history.list().at(-1)).toMatchObject({ version: 4 });
    writeFileSync(join(top, 'configuration', '000203.json'), '{');
    expect(history.current).toMatchObject({ version: 202 });
    history.started('a: new\n', NOW);
    expect(history.current).toMatchObject({ version: 204 });
  });
});
