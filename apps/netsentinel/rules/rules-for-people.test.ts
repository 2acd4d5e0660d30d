/** Rules by REST with all that is behind it: real files, the real state, and events that the running rules judge. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { RuleCard, RuleDetail } from '@netsentinel/contracts/rule-card';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { lateRules } from '@netsentinel/testkit/late-rules';
import { eventFixture, START } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompiledEventRules } from './event-rules.ts';
import { enableRule, keptWords } from './kept-words.ts';
import { startLiveRules, type LiveRules } from './live-rules.ts';
import { openRuleTrial } from './rule-trial.ts';
import { rulesForPeople } from './rules-for-people.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const HOUR_MS = 3_600_000;
const CONTENT = join(import.meta.dirname, '../../../content');
const TOOL = '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a01';
const MANY = '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a02';
const TEXT = `title: Corporate tool used
id: ${TOOL}
name: corp_tool
status: stable
level: critical
description: Whoever uses it.
tags: [attack.execution, attack.t1059.004]
falsepositives: [Mondays]
logsource: { product: linux, category: process_creation }
detection: { selection: { CommandLine|contains: 'corp-tool' }, condition: selection }
---
title: Corporate tool used too often
id: ${MANY}
level: low
correlation:
  type: event_count
  rules: [corp_tool]
  group-by: [User]
  timespan: 10m
  condition: { gte: 4 }
  generate: true
`;

let folder: string;
let clock: ManualClock;
let h: ApiHarness;
let live: LiveRules;
let rules: CompiledEventRules;
let analyst: string;
let readings = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rules-for-people-'));
  mkdirSync(join(folder, 'mine'));
  const set = { name: 'mine', version: '1', installedAt: '2026-11-21T00:00:00Z', files: {} };
  writeFileSync(join(folder, 'mine', 'set.json'), JSON.stringify(set));
  writeFileSync(join(folder, 'mine', 'tool.yml'), TEXT);
  clock = new ManualClock(NOW);
  const people = (): ReturnType<typeof rulesForPeople> =>
    rulesForPeople({ live, running: () => rules.rules, content: CONTENT, clock });
  h = await startApi({
    clock,
    rules: lateRules(people),
  });
  await start();
  analyst = await h.signInAs('analyst');
});
afterEach(async () => {
  live.stop();
  await h.close();
  rmSync(folder, { recursive: true });
});

/** As a start of the platform does. */
async function start(): Promise<void> {
  rules = new CompiledEventRules(join(CONTENT, 'rules'));
  live = await startLiveRules({
    content: CONTENT,
    folder,
    clock,
    log: silentLogger,
    kept: () => keptWords(h.state.read),
    onRules: (set) => {
      readings++;
      rules.use(set);
    },
  });
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<[number, T]> {
  const response = await h.call(method, `/api/v1/${path}`, { cookie: analyst, body });
  return [response.status, (await response.json()) as T];
}
const off = (more: object = {}): Promise<[number, RuleCard]> =>
  ask('PATCH', `rules/${TOOL}`, { enabled: false, reason: 'noise', ...more });
const on = (): Promise<[number, RuleCard]> => ask('PATCH', `rules/${TOOL}`, { enabled: true, reason: 'missed' });
const history = async (): Promise<readonly RuleWord[]> =>
  (await ask<{ words: RuleWord[] }>('GET', `rules/${TOOL}/history`))[1].words;

const event = (ip: string, n = 1): Event =>
  eventFixture(n, {
    event: { kind: 'event', dataset: 'auditd.log', category: ['process'], type: ['start'] },
    host: { name: 'web1', os: { type: 'linux' } },
    process: { command_line: 'corp-tool -x', executable: '/usr/bin/x' },
    source: { ip },
  });
/** Whether the running rules find it now. */
const isFound = (ip = '192.0.2.7'): boolean =>
  (rules.judge(event(ip), clock.now())?.detections ?? []).some(({ rule }) => rule.id === TOOL);

describe('rules', () => {
  it('are listed with ours, and each shows where it comes from', async () => {
    const [, page] = await ask<{ rules: RuleCard[] }>('GET', 'rules?text=corporate+mine');
    expect(page.rules).toEqual([
      {
        id: TOOL,
        kind: 'rule',
        title: 'Corporate tool used',
        level: 'critical',
        status: 'stable',
        techniques: ['T1059.004'],
        set: 'mine',
        enabled: true,
      },
      {
        id: MANY,
        kind: 'correlation',
        title: 'Corporate tool used too often',
        level: 'low',
        techniques: [],
        set: 'mine',
        enabled: true,
      },
    ]);
    const [, ours] = await ask<{ rules: RuleCard[] }>('GET', 'rules?limit=500');
    const fromUs = ours.rules.filter(({ set }) => set === 'netsentinel');
    expect(fromUs.length).toBe(ours.rules.length - 2);
    expect(fromUs.length).toBeGreaterThan(50);
    // What comes with us is run, all of it.
    expect(ours.rules.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const [, tool] = await ask<RuleDetail>('GET', `rules/${TOOL}`);
    expect(tool).toMatchObject({
      description: 'Whoever uses it.',
      logsource: { product: 'linux', category: 'process_creation' },
      falsePositives: ['Mondays'],
      file: 'tool.yml',
      line: 1,
      text: TEXT,
      exceptions: [],
    });
    expect((await ask<RuleDetail>('GET', `rules/${MANY}`))[1]).toMatchObject({ rules: [TOOL], file: 'tool.yml' });
    expect((await ask('GET', 'rules/nothing'))[0]).toBe(404);
  });
});

describe('a rule that is turned off', () => {
  it('finds nothing from then on, also after a restart, until it is turned on', async () => {
    expect(isFound()).toBe(true);
    expect(await off()).toMatchObject([
      200,
      { enabled: false, off: { reason: 'noise', by: 'console:a-analyst', at: '2026-11-21T10:00:00.000Z' } },
    ]);
    expect(isFound()).toBe(false);
    expect((await ask<RuleCard>('GET', `rules/${MANY}`))[1].problem).toBe(`it needs ${TOOL}, which is off`);
    live.stop();
    await start();
    expect(isFound()).toBe(false);
    clock.advance(1);
    expect(await on()).toMatchObject([200, { enabled: true }]);
    expect(isFound()).toBe(true);
    expect((await history()).map(({ enabled, reason }) => [enabled, reason])).toEqual([
      [true, 'missed'],
      [false, 'noise'],
    ]);
    const { records } = await h.state.read.audit({ action: 'changeRule' });
    expect(records).toMatchObject([
      { target: `rules/${TOOL}`, before: { enabled: false, reason: 'noise' }, after: { enabled: true } },
      { account: 'a-analyst', before: { enabled: true }, after: { enabled: false, reason: 'noise' } },
    ]);
  });

  it('is on again by itself when its time is over', async () => {
    const until = new Date(NOW + HOUR_MS).toISOString();
    expect((await off({ until }))[1].off?.until).toBe(until);
    expect(isFound()).toBe(false);
    clock.advance(HOUR_MS + 1);
    await vi.waitFor(() => expect(isFound()).toBe(true), 30_000);
    expect((await ask<RuleCard>('GET', `rules/${TOOL}`))[1]).toMatchObject({ enabled: true });
    expect((await off({ until }))[0]).toBe(422);
  });

  it('is so by the newest word, of the command line or by the API', async () => {
    const write = async (at: number): Promise<void> => {
      const word = { rule: TOOL, reason: 'at the machine', by: 'root', at: new Date(at).toISOString() };
      writeFileSync(join(folder, 'exceptions.json'), JSON.stringify({ disabled: [word], exceptions: [] }));
      await live.reload();
    };
    await write(NOW - HOUR_MS);
    expect(isFound()).toBe(false);
    expect((await ask<RuleCard>('GET', `rules/${TOOL}`))[1].off).toMatchObject({ by: 'root' });
    expect(await history()).toMatchObject([{ enabled: false, by: 'root' }]);
    expect((await on())[0]).toBe(200);
    expect(isFound()).toBe(true);
    await write(NOW + 1);
    expect(isFound()).toBe(false);
  });

  it('is turned on by a newer word, though the file’s was written by a clock that is ahead', async () => {
    const ahead = { rule: TOOL, reason: 'at the machine', by: 'root', at: new Date(NOW + HOUR_MS).toISOString() };
    writeFileSync(join(folder, 'exceptions.json'), JSON.stringify({ disabled: [ahead], exceptions: [] }));
    await live.reload();
    expect(isFound()).toBe(false);
    expect((await on())[0]).toBe(200);
    expect(isFound()).toBe(true);
    expect(await history()).toMatchObject([{ enabled: true }, { enabled: false, by: 'root' }]);
  });

  it('is read for all who changed something meanwhile at once', async () => {
    readings = 0;
    await Promise.all([off(), off({ reason: 'again' }), ...Array.from({ length: 20 }, () => live.reload())]);
    expect(isFound()).toBe(false);
    expect(readings).toBeLessThanOrEqual(4);
  });

  it('is turned on by the command line too, which asks the platform', async () => {
    await off();
    clock.advance(1);
    const kept = { state: h.state, clock, reload: () => live.reload() };
    expect(await enableRule({ rule: TOOL, by: 'cli:ann' }, kept)).toBe(true);
    expect(isFound()).toBe(true);
    expect(await enableRule({ rule: TOOL, by: 'cli:ann' }, kept)).toBe(false);
    expect((await history()).map(({ by }) => by)).toEqual(['cli:ann', 'console:a-analyst']);
  });

  it('says so where the rules cannot be read: what was said is kept, and comes into force later', async () => {
    writeFileSync(join(folder, 'exceptions.json'), 'no json');
    expect((await off())[0]).toBe(503);
    expect(isFound()).toBe(true);
    rmSync(join(folder, 'exceptions.json'));
    await live.reload();
    expect(isFound()).toBe(false);
  });
});

describe('an exception that is written by REST', () => {
  const write = (body: object): Promise<[number, { id: string; detail: string }]> =>
    ask('POST', 'exceptions', { rules: [TOOL], reason: 'our scanner', ...body });
  const where = { 'source.ip|cidr': ['192.0.2.0/24'] };

  it('is in force at once, for its events alone, and is shown with its rule', async () => {
    const [status, { id }] = await write({ where });
    expect(status).toBe(201);
    expect([isFound('192.0.2.7'), isFound('198.51.100.7')]).toEqual([false, true]);
    expect((await ask<RuleDetail>('GET', `rules/${TOOL}`))[1].exceptions).toMatchObject([
      { id, where, by: 'console:a-analyst' },
    ]);
    expect((await ask('GET', `exceptions?rule=${TOOL}`))[1]).toMatchObject({ exceptions: [{ id }] });
    expect((await ask('GET', `exceptions?rule=${MANY}`))[1]).toEqual({ exceptions: [] });
    live.stop();
    await start();
    expect(isFound('192.0.2.7')).toBe(false);
  });

  it.each<[object, string]>([
    [{ where: {} }, 'name a field'],
    [{ where: { 'source.ip|cdir': ['192.0.2.0/24'] } }, 'cdir'],
    [{ where: { 'source.ip|cidr': ['here'] } }, 'here'],
    [{ where: { 'user.name|re': ['(a+)\\1$'] } }, 'where: '],
    [{ where, rules: ['nothing'] }, 'there is no rule nothing'],
    [{ where, rules: [MANY] }, 'is a correlation'],
    [{ where, until: '2026-11-21T09:59:59Z' }, 'over already'],
  ])('is refused where it could not do what was meant: %j', async (body, why) => {
    const [status, { detail }] = await write(body);
    expect([status, detail]).toEqual([422, expect.stringContaining(why)]);
    expect(await h.state.read.exceptions()).toEqual([]);
    expect((await h.state.read.audit({ action: 'writeException' })).records).toEqual([]);
  });
});

describe('a rule that is tried on events that are kept', () => {
  const RULE = `title: A tool
logsource: { product: linux, category: process_creation }
detection:
  selection: { CommandLine|contains: corp-tool }
  condition: selection
`;
  interface Outcome {
    readonly faults: readonly { readonly line: number; readonly error: string }[];
    readonly looked: number;
    readonly matched: number;
    readonly matches: readonly { readonly id: string; readonly time: string; readonly message?: string }[];
    readonly cut?: string;
    readonly detail: string;
  }
  const tried = (body: object): Promise<[number, Outcome]> => ask('POST', 'rules/test', body);
  const window = { from: new Date(START).toISOString(), to: new Date(START + HOUR_MS).toISOString() };
  /** Every tenth is one of the tool. */
  const EVENTS = Array.from({ length: 2500 }, (_, n) => (n % 10 === 0 ? event('192.0.2.7', n) : eventFixture(n)));

  it('says how many it meets and which, and whether there are more', async () => {
    await h.events.append(EVENTS, []);
    const [status, whole] = await tried({ rule: RULE, ...window });
    expect([status, whole]).toMatchObject([200, { faults: [], title: 'A tool', looked: 2500, matched: 250 }]);
    expect(whole.cut).toBeUndefined();
    expect(whole.matches.length).toBe(20);
    expect(whole.matches[0]).toEqual({
      id: EVENTS[2490]!.event.id,
      time: EVENTS[2490]!['@timestamp'],
      message: 'event number 2490',
    });
    expect((await tried({ rule: RULE, ...window, limit: 1200 }))[1]).toMatchObject({
      looked: 1200,
      matched: 120,
      cut: 'events',
    });
    // The last day is not that of the events.
    expect((await tried({ rule: RULE }))[1]).toMatchObject({ looked: 0, matched: 0, matches: [] });
    expect((await tried({ rule: RULE, from: window.to, to: window.from }))[0]).toBe(422);
  });

  it.each<[string, number, string]>([
    [RULE.replace('condition: selection', 'condition: selektion'), 5, 'selektion'],
    [RULE.replace('|contains', '|contians'), 4, 'contians'],
    ['a: [', 1, 'no YAML'],
    ['# nothing', 1, 'no rule'],
    [`${RULE}---\n${RULE.replace('A tool', 'Another')}`, 7, 'one rule'],
    [RULE.replace('|contains: corp-tool', () => "|re: '(a+)\\1$'"), 1, 'back-references'],
  ])('is told what is wrong with it, and where: %j', async (rule, line, why) => {
    const [status, { faults }] = await tried({ rule, ...window });
    expect([status, faults]).toEqual([200, [{ line, error: expect.stringContaining(why) }]]);
  });

  it('is ended where it takes too long, while it is read and later', async () => {
    const { signal } = new AbortController();
    const opening = openRuleTrial(RULE, CONTENT, clock, signal);
    clock.advance(15_000);
    await expect(opening).rejects.toMatchObject({ code: 'RULE_TRIAL_SLOW' });
    const trial = await openRuleTrial(RULE, CONTENT, clock, signal);
    expect(await trial.meet([JSON.stringify(event('192.0.2.7'))])).toMatchObject({ matched: 1 });
    clock.advance(15_000);
    await expect(trial.meet([])).rejects.toMatchObject({ code: 'RULE_TRIAL_SLOW' });
  });

  it('is ended with whoever waited for it, and says where the fault is ours', async () => {
    const waiting = new AbortController();
    const trial = await openRuleTrial(RULE, CONTENT, clock, waiting.signal);
    const meeting = trial.meet(EVENTS.map((one) => JSON.stringify(one)));
    waiting.abort();
    await expect(meeting).rejects.toMatchObject({ code: 'RULE_TRIAL_SLOW' });
    const { signal } = new AbortController();
    const noContent = openRuleTrial(RULE, join(folder, 'nothing'), clock, signal);
    await expect(noContent).rejects.toMatchObject({ code: 'RULE_TRIAL_BROKEN' });
  });

  it('is not longer than rules are', async () => {
    expect((await tried({ rule: 'x'.repeat(32_769) }))[0]).toBe(400);
  });
});
