/** `hunt` and `rules …` as their user meets them, on folders of their own. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { captured } from './captured.fixture.ts';

let top: string;
let rules: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-rules-'));
  rules = join(top, 'theirs-1.0');
  mkdirSync(rules);
  writeFileSync(join(top, 'netsentinel.yaml'), `data: ${join(top, 'data')}\n`);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const cli = (...args: string[]): ReturnType<typeof captured> =>
  captured(['--config', join(top, 'netsentinel.yaml'), ...args]);
const linesOf = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

const WHOAMI = `title: Who am I
id: 11111111-1111-4111-8111-111111111111
name: who_am_i
level: low
tags: [attack.discovery, attack.t1033]
logsource: { product: windows, category: process_creation }
detection:
  selection:
    CommandLine|contains: whoami
  condition: selection
`;
const OFTEN = `title: Who am I, often
id: 22222222-2222-4222-8222-222222222222
level: high
correlation:
  type: event_count
  rules: [who_am_i]
  group-by: [User]
  timespan: 10m
  condition: { gte: 2 }
`;

const started = (command: string, at: number, user = 'kim'): object => ({
  Event: {
    System: {
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      TimeCreated: { '#attributes': { SystemTime: `2026-11-21T10:00:0${at}.000Z` } },
    },
    EventData: { CommandLine: command, User: user },
  },
});

describe('hunt', () => {
  it('finds matches in files of any kind, a line each, with the place of the event', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    const events = [started('dir', 0), started('WHOAMI /all', 1)];
    writeFileSync(join(top, 'lines.json'), events.map((event) => JSON.stringify(event)).join('\n'));
    writeFileSync(join(top, 'array.json.gz'), gzipSync(JSON.stringify(events, null, 2)));
    writeFileSync(
      join(top, 'row.zst'),
      zstdCompressSync(events.map((event) => JSON.stringify(event, null, 1)).join('')),
    );
    const files = ['lines.json', 'array.json.gz', 'row.zst'].map((name) => join(top, name));
    const { code, out } = await cli('hunt', '--rules', rules, '--json', ...files);
    expect(code).toBe(0);
    expect(linesOf(out)).toEqual(
      files.map((file) => ({
        rule: {
          id: '11111111-1111-4111-8111-111111111111',
          title: 'Who am I',
          level: 'low',
          tags: ['attack.discovery', 'attack.t1033'],
        },
        event: { file, index: 1 },
      })),
    );
  });

  it('routes by log source, unless told not to', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    const file = join(top, 'linux.json');
    writeFileSync(file, JSON.stringify({ product: 'linux', category: 'process_creation', CommandLine: 'whoami' }));
    expect((await cli('hunt', '--rules', rules, '--json', file)).out).toBe('');
    const { out } = await cli('hunt', '--rules', rules, '--routing', 'off', '--json', file);
    expect(linesOf(out)).toHaveLength(1);
  });

  it('correlates over all files in the order of time, and lets what only serves that be silent', async () => {
    writeFileSync(join(rules, 'whoami.yml'), `${WHOAMI}---\n${OFTEN}`);
    writeFileSync(join(top, 'a.json'), JSON.stringify([started('whoami', 5), started('whoami', 6, 'lee')]));
    writeFileSync(join(top, 'b.json'), JSON.stringify(started('whoami', 1)));
    const { out } = await cli('hunt', '--rules', rules, '--json', join(top, 'a.json'), join(top, 'b.json'));
    expect(linesOf(out)).toMatchObject([
      { rule: { title: 'Who am I, often' }, event: { file: join(top, 'a.json'), index: 0 } },
    ]);
  });

  it('shows people a table by rule, what was skipped, and what escapes nobody must see raw', async () => {
    writeFileSync(
      join(rules, 'whoami.yml'),
      WHOAMI.replace('Who am I', 'Who "\\u001b[31m" am I').replace(/^title: (.*)$/m, 'title: "Who \\u001b[31m am I"'),
    );
    writeFileSync(join(rules, 'broken.yml'), WHOAMI.replace('contains', 'contians').replaceAll('1111', '3333'));
    writeFileSync(
      join(top, 'a.json'),
      `${JSON.stringify(started('whoami', 1))}\n{"broken": \n${JSON.stringify(started('whoami', 2))}`,
    );
    const { code, out, err } = await cli('hunt', '--rules', rules, '--', join(top, 'a.json'));
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b[31m');
    expect(out).toMatch(/low +2 +2026-11-21 10:00:01/);
    expect(out).toContain('2 matches of 1 rule in 2 events of 1 file');
    expect(err).toContain('did you mean `contains`?');
    expect(err).toContain('skipped');
  });

  it('says what is wrong with its arguments', async () => {
    expect((await cli('hunt', '--rules', rules, join(top, 'nowhere'))).err).toContain('cannot read');
    expect((await cli('hunt', '--rules', rules)).err).toContain('no event files are named');
    expect((await cli('hunt')).err).toContain('no event files are named');
    expect((await cli('hunt', '--rules', join(top, 'nowhere'), '--json', rules)).err).toContain('no files to read in');
  });
});

describe('rules', () => {
  it('check says of each refused rule where and why, and fails', async () => {
    writeFileSync(join(rules, 'good.yml'), WHOAMI);
    writeFileSync(join(rules, 'bad.yml'), WHOAMI.replace('condition: selection', 'condition: selektion'));
    const { code, out } = await cli('rules', 'check', rules, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      rules: 2,
      compiled: 1,
      correlations: 0,
      failed: [
        {
          path: join(rules, 'bad.yml'),
          line: 10,
          error: 'there is no search `selektion` (did you mean `selection`?)',
        },
      ],
      slow: [],
      inert: [],
    });
    rmSync(join(rules, 'bad.yml'));
    expect((await cli('rules', 'check', rules)).code).toBe(0);
  });

  it('test runs the cases beside the rules', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    const cases = join(rules, 'whoami.cases.yml');
    writeFileSync(cases, 'fire: [{ CommandLine: whoami }]\nignore: [{ CommandLine: dir }]\n');
    expect(await cli('rules', 'test', rules)).toMatchObject({
      code: 0,
      out: '1 rules: 2 cases passed, 0 failed; 0 rules without cases\n',
    });
    writeFileSync(cases, 'fire: [{ CommandLine: dir }]\nignore: [{ CommandLine: whoami }]\n');
    const { code, out } = await cli('rules', 'test', rules);
    expect(code).toBe(1);
    expect(out).toContain('fire 1: must be found, and is not');
    expect(out).toContain('ignore 1: must not be found, and is');
    writeFileSync(cases, 'fires: []\n');
    expect((await cli('rules', 'test', rules)).out).toContain('the cases cannot be read');
  });

  it('test: our own rules pass theirs', async () => {
    const { code, out } = await cli('rules', 'test');
    expect(out).toMatch(/^\d+ rules: \d+ cases passed, 0 failed; 0 rules without cases\n$/);
    expect(code).toBe(0);
  });

  it('coverage lists techniques, and writes a layer for the Navigator', async () => {
    const layer = join(top, 'layer.json');
    const { out } = await cli('rules', 'coverage', '--json', '--navigator', layer);
    expect(linesOf(out)).toContainEqual(expect.objectContaining({ technique: 'T1190', rules: expect.any(Number) }));
    const written = JSON.parse(readFileSync(layer, 'utf8')) as { techniques: { techniqueID: string }[] };
    expect(written.techniques.map(({ techniqueID }) => techniqueID)).toContain('T1190');
  });

  it('install keeps what the user changed, goes back, and is listed with our own', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    expect((await cli('rules', 'install', rules)).out).toContain('1 added, 0 updated, 0 removed, 0 of yours kept');
    const installed = join(top, 'data', 'rules', 'theirs', 'whoami.yml');
    writeFileSync(installed, WHOAMI.replace('level: low', 'level: critical'));
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI.replace('level: low', 'level: medium'));
    const update = await cli('rules', 'install', rules, '--as', '1.1');
    expect(update.out).toContain('1 of yours kept');
    expect(update.out).toContain('both changed whoami.yml');
    expect((await cli('rules', 'show', '1111', '--json')).out).toContain('"level":"critical"');
    expect(linesOf((await cli('rules', 'sets', '--json')).out)).toMatchObject([
      { name: 'theirs', version: '1.1', versions: ['1.0', '1.1'] },
    ]);
    expect((await cli('rules', 'install', 'theirs@1.0')).out).toContain('1.0 (was 1.1)');
    expect((await cli('rules', 'install', rules, '--name', '../x')).err).toContain('cannot be called');
    expect((await cli('rules', 'sets', '--remove', 'theirs')).out).not.toContain('theirs');
  });

  it('disable and except take effect without touching the rule, say why, and end', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    await cli('rules', 'install', rules);
    const listed = async (): Promise<string> => (await cli('rules', 'list', '--json')).out;
    expect((await cli('rules', 'disable', 'who_am_i', '--reason', 'noise')).out).toContain('off: Who am I');
    expect(await listed()).not.toContain('Who am I');
    expect((await cli('rules', 'exceptions')).out).toMatch(/off .*noise/);
    await cli('rules', 'enable', 'who_am_i');
    expect(await listed()).toContain('Who am I');
    const except = await cli(
      'rules',
      'except',
      'who_am_i',
      '--where',
      'User=backup',
      '--reason',
      'nightly',
      '--until',
      '2999-01-01',
    );
    expect(except.out).toContain('leaves alone {"User":["backup"]}');
    const shown = JSON.parse((await cli('rules', 'show', 'who_am_i', '--json')).out) as { expression: unknown };
    expect(JSON.stringify(shown.expression)).toContain('"text":"backup"');
    const id = except.out.slice(0, 8);
    expect((await cli('rules', 'exceptions', '--remove', id)).out).not.toContain('nightly');
    for (const wrong of [
      ['except', 'who_am_i', '--where', 'User|contians=x', '--reason', 'x'],
      ['except', 'who_am_i', '--where', 'User', '--reason', 'x'],
      ['except', 'nobody', '--where', 'User=x', '--reason', 'x'],
      ['disable', 'who_am_i', '--reason', 'x', '--until', 'tomorrow-ish'],
      ['exceptions', '--remove', 'abc'],
    ]) {
      const { code, err } = await cli('rules', ...wrong);
      expect(code).not.toBe(0);
      expect(err).toMatch(/error .+/);
    }
  });

  it('what was said by the API holds here too, and is unsaid by the running NetSentinel', async () => {
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    await cli('rules', 'install', rules);
    const rule = '11111111-1111-4111-8111-111111111111';
    mkdirSync(join(top, 'data', 'platform'), { recursive: true });
    const file = join(top, 'data', 'platform', 'state.db');
    const state = await openSqliteStateStore({ file, log: silentLogger });
    const said = { reason: 'noise', by: 'console:ada', at: new Date().toISOString() };
    await state.transaction(async (tx) => {
      await tx.addRuleWord({ rule, enabled: false, ...said });
      await tx.putException({ id: randomUUID(), rules: ['r1'], where: { 'user.name': ['backup'] }, ...said });
    });
    await state.close();
    expect((await cli('rules', 'list', '--json')).out).not.toContain('Who am I');
    const listed = linesOf((await cli('rules', 'exceptions', '--json')).out);
    expect(listed).toMatchObject([
      { kind: 'off', rules: [rule], by: 'console:ada' },
      { kind: 'exception', rules: ['r1'] },
    ]);
    const { code, err } = await cli('rules', 'enable', 'who_am_i');
    expect([code === 0, err]).toEqual([false, expect.stringContaining('not running')]);
  });

  it('lists rules that were put by the API, and installs no set under their name', async () => {
    mkdirSync(join(top, 'data', 'platform'), { recursive: true });
    const state = await openSqliteStateStore({ file: join(top, 'data', 'platform', 'state.db'), log: silentLogger });
    const id = '11111111-1111-4111-8111-111111111111';
    const own = {
      name: 'mine',
      text: WHOAMI,
      rules: [id],
      reason: 'x',
      by: 'console:ada',
      at: new Date().toISOString(),
    };
    await state.transaction((tx) => tx.putOwnRules(own));
    await state.close();
    const shown = linesOf((await cli('rules', 'list', '--json')).out);
    expect(shown).toContainEqual(expect.objectContaining({ id, path: 'own-rules/mine.yml', line: 1 }));
    await cli('rules', 'disable', 'who_am_i', '--reason', 'noise');
    expect((await cli('rules', 'list', '--json')).out).not.toContain(id);
    writeFileSync(join(rules, 'whoami.yml'), WHOAMI);
    const { code, err } = await cli('rules', 'install', rules, '--name', 'own-rules');
    expect([code === 0, err]).toEqual([false, expect.stringContaining('cannot be called own-rules')]);
  });
});
