/** Rules of people's own by REST with all that is behind it: real files, the real state, and events that the running rules judge. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { OwnRulesCard } from '@netsentinel/contracts/own-rules';
import type { RuleCard, RuleDetail } from '@netsentinel/contracts/rule-card';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { lateRules } from '@netsentinel/testkit/late-rules';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompiledEventRules } from './event-rules.ts';
import { keptWords } from './kept-words.ts';
import { startLiveRules, type LiveRules } from './live-rules.ts';
import { checkOwnRules } from './own-rules.ts';
import { rulesForPeople } from './rules-for-people.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const CONTENT = join(import.meta.dirname, '../../../content');
const TOOL = '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6b01';
const MANY = '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6b02';
const THEIRS = '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6b03';

function rule(id: string, word: string, more = ''): string {
  return `title: Uses ${word}
id: ${id}
${more}level: high
logsource: { product: linux, category: process_creation }
detection: { selection: { CommandLine|contains: '${word}' }, condition: selection }
`;
}
function correlation(id: string, on: string, generate: boolean): string {
  return `title: Much of ${on}
id: ${id}
correlation:
  type: event_count
  rules: [${on}]
  group-by: [User]
  timespan: 10m
  condition: { gte: 4 }
  generate: ${generate}
`;
}

let folder: string;
let clock: ManualClock;
let h: ApiHarness;
let live: LiveRules;
let rules: CompiledEventRules;
let analyst: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'own-rules-'));
  install('theirs', rule(THEIRS, 'their-tool', 'name: their_tool\n'));
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

function install(set: string, text: string): void {
  mkdirSync(join(folder, set), { recursive: true });
  const record = { name: set, version: '1', installedAt: '2026-11-21T00:00:00Z', files: {} };
  writeFileSync(join(folder, set, 'set.json'), JSON.stringify(record));
  writeFileSync(join(folder, set, 'rules.yml'), text);
}

/** As a start of the platform does. */
async function start(): Promise<void> {
  rules = new CompiledEventRules(join(CONTENT, 'rules'));
  live = await startLiveRules({
    content: CONTENT,
    folder,
    clock,
    log: silentLogger,
    kept: () => keptWords(h.state.read),
    onRules: (set) => rules.use(set),
  });
}
async function restart(): Promise<void> {
  live.stop();
  await start();
}

interface Answer {
  readonly file: OwnRulesCard;
  readonly rules: readonly RuleCard[];
  readonly detail: string;
}
async function ask<T = Answer>(method: string, path: string, body?: unknown): Promise<[number, T]> {
  const headers = method === 'GET' || method === 'PATCH' ? {} : await conditions(path);
  const response = await h.call(method, `/api/v1/${path}`, { cookie: analyst, body, headers });
  const text = await response.text();
  return [response.status, (text === '' ? {} : JSON.parse(text)) as T];
}
/** Whatever version there is. */
async function conditions(path: string): Promise<Record<string, string>> {
  const isThere = (await h.call('GET', `/api/v1/${path.split('?')[0]}`, { cookie: analyst })).status === 200;
  return isThere ? { 'if-match': '*' } : {};
}
const put = (name: string, text: string): Promise<[number, Answer]> =>
  ask('PUT', `own-rules/${name}`, { text, reason: 'to try' });
const remove = (name: string): Promise<[number, Answer]> => ask('DELETE', `own-rules/${name}?reason=noise`);

/** What the running rules find in a program's start. */
function found(command: string): readonly string[] {
  const event: Event = eventFixture(1, {
    event: { kind: 'event', dataset: 'auditd.log', category: ['process'], type: ['start'] },
    host: { name: 'web1', os: { type: 'linux' } },
    process: { command_line: command, executable: '/usr/bin/x' },
    source: { ip: '192.0.2.7' },
  });
  return (rules.judge(event, clock.now())?.detections ?? []).map(({ rule: { id } }) => id);
}

describe('rules that are put by REST', () => {
  it('find what they are for from then on, also after a restart, until they are replaced or removed', async () => {
    expect(found('own-tool -x')).toEqual([]);
    const [status, made] = await put('mine', `${rule(TOOL, 'own-tool')}---\n${correlation(MANY, TOOL, true)}`);
    expect([status, made.file.rules, made.file.faults]).toEqual([201, [TOOL, MANY], []]);
    expect(made.rules).toMatchObject([
      { id: TOOL, set: 'own-rules', enabled: true },
      { id: MANY, kind: 'correlation', set: 'own-rules' },
    ]);
    for (const card of made.rules) expect(card).not.toHaveProperty('problem');
    expect(found('own-tool -x')).toEqual([TOOL]);
    await restart();
    expect(found('own-tool -x')).toEqual([TOOL]);
    const [, detail] = await ask<RuleDetail>('GET', `rules/${TOOL}`);
    expect([detail.file, detail.line, detail.text.startsWith('title: Uses own-tool')]).toEqual(['mine.yml', 1, true]);

    expect((await put('mine', rule(TOOL, 'new-tool')))[0]).toBe(200);
    expect([found('own-tool -x'), found('new-tool -x')]).toEqual([[], [TOOL]]);
    expect((await ask('GET', `rules/${MANY}`))[0]).toBe(404);

    expect((await remove('mine'))[0]).toBe(204);
    expect(found('new-tool -x')).toEqual([]);
    expect((await ask('GET', `rules/${TOOL}`))[0]).toBe(404);
    await restart();
    expect(found('new-tool -x')).toEqual([]);
    const [, { changes }] = await ask<{ changes: { change: string }[] }>('GET', `rules/${TOOL}/history`);
    expect(changes.map(({ change }) => change)).toEqual(['removed', 'changed', 'added']);
  });

  it('find nothing while they are off, also where they were removed and put again meanwhile', async () => {
    await put('mine', rule(TOOL, 'own-tool'));
    expect((await ask('PATCH', `rules/${TOOL}`, { enabled: false, reason: 'loud' }))[0]).toBe(200);
    expect(found('own-tool -x')).toEqual([]);
    await remove('mine');
    const [, { rules: cards }] = await put('mine', rule(TOOL, 'own-tool'));
    expect(cards).toMatchObject([{ enabled: false, off: { reason: 'loud' } }]);
    expect(found('own-tool -x')).toEqual([]);
    clock.advance(1);
    expect((await ask('PATCH', `rules/${TOOL}`, { enabled: true, reason: 'wanted' }))[0]).toBe(200);
    expect(found('own-tool -x')).toEqual([TOOL]);
  });

  it('leave alone what exceptions name, and those of removed rules harm nobody', async () => {
    await put('mine', rule(TOOL, 'own-tool'));
    const body = { rules: [TOOL], where: { 'source.ip': ['192.0.2.7'] }, reason: 'our scanner' };
    expect((await h.call('POST', '/api/v1/exceptions', { cookie: analyst, body })).status).toBe(201);
    expect(found('own-tool -x')).toEqual([]);
    await remove('mine');
    expect(found('their-tool -x')).toEqual([THEIRS]);
    await restart();
    expect(found('their-tool -x')).toEqual([THEIRS]);
  });

  it('are in force whatever became of the platform after they were kept', async () => {
    // As if it had been killed before it read them.
    await h.state.transaction((tx) =>
      tx.putOwnRules({
        name: 'mine',
        text: rule(TOOL, 'own-tool'),
        rules: [TOOL],
        reason: 'x',
        by: 'x',
        at: new Date(NOW).toISOString(),
      }),
    );
    expect(found('own-tool -x')).toEqual([]);
    await restart();
    expect(found('own-tool -x')).toEqual([TOOL]);
  });

  it('say so where the rules cannot be read', async () => {
    writeFileSync(join(folder, 'exceptions.json'), 'no json');
    expect((await put('mine', rule(TOOL, 'own-tool')))[0]).toBe(503);
    expect(found('own-tool -x')).toEqual([]);
    const [, { files }] = await ask<{ files: OwnRulesCard[] }>('GET', 'own-rules');
    expect(files[0]?.faults).toMatchObject([{ error: expect.stringContaining('not in force') }]);
    rmSync(join(folder, 'exceptions.json'));
    expect((await put('mine', rule(TOOL, 'own-tool')))[0]).toBe(200);
    expect(found('own-tool -x')).toEqual([TOOL]);
  });

  it('are both there, or one of them, where two come at once', async () => {
    const admin = await h.signInAs('admin');
    const body = { text: rule(TOOL, 'other-tool'), reason: 'x' };
    const [mine, other] = await Promise.all([
      put('mine', rule(TOOL, 'own-tool')),
      h.call('PUT', '/api/v1/own-rules/other', { cookie: admin, body }),
    ]);
    expect([mine[0], other.status].toSorted((a, b) => a - b)).toEqual([201, 422]);
    expect(await h.state.read.ownRules()).toHaveLength(1);
  });

  it('give way to a set that is installed later and has the same rule, and say so without naming the machine’s folders', async () => {
    await put('mine', rule(TOOL, 'own-tool'));
    install('later', rule(TOOL, 'later-tool'));
    await live.reload();
    expect([found('own-tool -x'), found('later-tool -x')]).toEqual([[], [TOOL]]);
    const [, { files }] = await ask<{ files: OwnRulesCard[] }>('GET', 'own-rules');
    expect(files[0]?.faults).toMatchObject([{ line: 1, error: expect.stringContaining('later/rules.yml') }]);
    expect(JSON.stringify(files)).not.toContain(folder);
    // And can be removed still.
    expect((await remove('mine'))[0]).toBe(204);
  });
});

describe('a text', () => {
  const SHIPPED = async (): Promise<RuleCard> => {
    const [, { rules: ours }] = await ask<{ rules: RuleCard[] }>('GET', 'rules?limit=500');
    return ours.find(({ set, kind }) => set === 'netsentinel' && kind === 'rule')!;
  };

  it.each<[string, string, string]>([
    ['a rule of an installed set', rule(THEIRS, 'x'), 'line 1: its `id` '],
    ['the name of one', rule(TOOL, 'x', 'name: their_tool\n'), 'its `name` their_tool is taken'],
    ['the name of one, as an id', rule('their_tool', 'x'), '“Uses their-tool” of the set theirs has it'],
    ['a detector', rule('login-brute-force', 'x'), 'a detector of ours has it'],
    ['its own', `${rule(TOOL, 'x')}---\n${rule(TOOL, 'y')}`, 'own-rules/mine.yml:1 has it too'],
  ])('is refused that takes the id of %s', async (_, text, why) => {
    const [status, { detail }] = await put('mine', text);
    expect([status, detail]).toEqual([422, expect.stringContaining(why)]);
    expect(await h.state.read.ownRules()).toEqual([]);
    expect((await h.state.read.audit()).records).toEqual([]);
    expect(found('their-tool')).toEqual([THEIRS]);
  });

  it('is refused that would take the place of a rule that comes with us', async () => {
    const { id, title } = await SHIPPED();
    const [status, { detail }] = await put('mine', rule(id, 'x'));
    expect([status, detail]).toEqual([
      422,
      expect.stringContaining(`the rule “${title}” of the set netsentinel has it`),
    ]);
    expect(detail).not.toContain(CONTENT);
  });

  it.each<[string, string, string]>([
    ['rests on nothing', correlation(MANY, 'nothing', true), 'there is no rule'],
    ['would silence another’s rule', correlation(MANY, THEIRS, false), 'say `generate: true`'],
    [
      'is a filter',
      'title: F\nid: f\nfilter: { rules: any, s: { a: b }, condition: s }\n',
      'a filter changes other rules',
    ],
    ['has no id', rule(TOOL, 'x').replace(/^id: .*\n/m, ''), 'it has no `id`'],
    ['has an id that no address takes', rule('../x', 'x'), 'letters, digits'],
    ['is misspelt', rule(TOOL, 'x').replace('|contains', '|contians'), 'line 5: '],
    ['is no YAML', 'a: [', 'line 1: this is no YAML'],
    [
      'cannot be run in bounded time',
      rule(TOOL, 'x').replace("|contains: 'x'", () => "|re: '(a+)\\1$'"),
      'back-references',
    ],
    ['has many rules', Array.from({ length: 51 }, (_, n) => rule(`r${n}`, 'x')).join('---\n'), '50 at most'],
    [
      'looks for too many expressions',
      rule(TOOL, 'x').replace(
        "|contains: 'x'",
        `|re: [${Array.from({ length: 41 }, (_, n) => `'a${n}.*b'`).join(', ')}]`,
      ),
      'asks too much of each event',
    ],
  ])('is refused that %s', async (_, text, why) => {
    const [status, { detail }] = await put('mine', text);
    expect([status, detail]).toEqual([422, expect.stringContaining(why)]);
    expect(await h.state.read.ownRules()).toEqual([]);
  });

  it('stays as long as others rest on it', async () => {
    await put('base', rule(TOOL, 'own-tool', 'name: own_tool\n'));
    expect((await put('more', correlation(MANY, 'own_tool', true)))[0]).toBe(201);
    const [status, { detail }] = await remove('base');
    expect([status, detail]).toEqual([409, expect.stringContaining('“Much of own_tool” of the set own-rules')]);
    expect((await put('base', rule(TOOL, 'own-tool')))[1].detail).toContain('“Much of own_tool”');
    expect(found('own-tool -x')).toEqual([TOOL]);
    expect((await remove('more'))[0]).toBe(204);
    expect((await remove('base'))[0]).toBe(204);
  });

  it('may rest on others’ rules, which are reported as before', async () => {
    expect((await put('mine', correlation(MANY, THEIRS, true)))[0]).toBe(201);
    expect(found('their-tool -x')).toEqual([THEIRS]);
  });
});

describe('a text of hostile making', () => {
  /** Nine lists of nine, each of the one before: 400 million values. */
  const BOMB = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from(
      { length: 9 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(', ')}]`,
    ),
  ].join('\n');

  it.each<[string, string]>([
    ['a bomb of aliases', BOMB],
    [
      'a bomb of aliases that has no id to be found by',
      `title: x\n${BOMB}\ndetection: { s: { a: *a9 }, condition: s }`,
    ],
    ['a bomb of aliases in a rule', `${rule(TOOL, 'x')}${BOMB}\n`.replace("'x' }", "'x', b: [x] }")],
    ['deep lists', `title: x\nid: x\ndetection: ${'['.repeat(10_000)}`],
    ['an endless condition', rule(TOOL, 'x').replace('condition: selection', `condition: ${'not ('.repeat(6000)}`)],
    ['NUL', `${rule(TOOL, 'x')}\0`],
    ['a prototype', `__proto__: { title: x }\n${rule(TOOL, 'own-tool')}constructor: x\n`],
  ])('ends, and keeps the platform going: %s', async (_, text) => {
    const began = performance.now();
    const [status] = await put('mine', text.slice(0, 32_768));
    expect([201, 422]).toContain(status);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(found('their-tool -x')).toEqual([THEIRS]);
    await restart();
    expect(found('their-tool -x')).toEqual([THEIRS]);
  });

  it('is ended where it takes too long, and with whoever waited for it', async () => {
    const waiting = new AbortController();
    const checking = checkOwnRules(rule(TOOL, 'x'), CONTENT, clock, waiting.signal);
    clock.advance(15_000);
    await expect(checking).rejects.toMatchObject({ code: 'RULE_TRIAL_SLOW' });
    const again = checkOwnRules(rule(TOOL, 'x'), CONTENT, clock, waiting.signal);
    waiting.abort();
    await expect(again).rejects.toMatchObject({ code: 'RULE_TRIAL_SLOW' });
  });
});
