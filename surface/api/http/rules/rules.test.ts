/** Rules by REST: how they are listed, and what may be said of them; what runs them is played. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { playedRules } from './played-rules.fixture.ts';

const LEVELS = [undefined, 'informational', 'low', 'medium', 'high', 'critical'] as const;
const clock = new ManualClock();
const cards: readonly RuleCard[] = Array.from({ length: 12 }, (_, n): RuleCard => {
  const level = LEVELS[(n * 5) % 6];
  return {
    id: n === 4 ? 'a/b c' : `r${String(n).padStart(2, '0')}`,
    kind: n === 3 ? 'correlation' : 'rule',
    title: `Rule of ${n % 2 === 0 ? 'Even' : 'odd'} ${n}`,
    ...(level === undefined ? {} : { level }),
    techniques: n % 4 === 0 ? ['T1110.003'] : n === 1 ? ['T1110', 'T1059'] : [],
    set: 'netsentinel',
    enabled: true,
  };
}).toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || (a.id < b.id ? -1 : 1));
const rules = playedRules(cards, () => h.state);
let h: ApiHarness;
let analyst: string;

beforeAll(async () => {
  h = await startApi({ clock, rules });
  analyst = await h.signInAs('analyst');
});
afterAll(() => h.close());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  cookie = analyst,
): Promise<[number, Record<string, unknown>]> {
  const response = await h.call(method, `/api/v1/rules${path}`, { cookie, body });
  return [response.status, (await response.json()) as Record<string, unknown>];
}
async function ids(query: string): Promise<readonly string[]> {
  const [status, answer] = await ask('GET', `?${query}`);
  expect(status).toBe(200);
  return (answer['rules'] as RuleCard[]).map(({ id }) => id);
}

describe('the list of rules', () => {
  it('has each once, the most severe first, page by page, also where one goes meanwhile', async () => {
    const whole = cards.map(({ id }) => id);
    expect(await ids('')).toEqual(whole);
    const pages: string[] = [];
    let after = '';
    for (let page = 0; page < 4; page++) {
      const [, answer] = await ask('GET', `?limit=3${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      pages.push(...(answer['rules'] as RuleCard[]).map(({ id }) => id));
      after = (answer['next'] as string | undefined) ?? '';
      expect(after === '').toBe(page === 3);
    }
    expect(pages).toEqual(whole);
    // What the cursor names need not be there any more.
    expect(await ids('after=3~r')).toEqual(await ids('after=4~zzz'));
  });

  it('is narrowed by level, technique, words and whether they are on', async () => {
    expect(await ids('level=critical&level=high')).toEqual(
      cards.filter(({ level }) => level === 'critical' || level === 'high').map(({ id }) => id),
    );
    expect((await ids('technique=T1110')).toSorted()).toEqual(['a/b c', 'r00', 'r01', 'r08']);
    expect((await ids('technique=T1110.003')).toSorted()).toEqual(['a/b c', 'r00', 'r08']);
    expect(await ids('technique=T1111')).toEqual([]);
    expect(await ids('text=EVEN+r02')).toEqual(['r02']);
    expect((await ids('enabled=true')).length).toBe(12);
    expect(await ids('enabled=false')).toEqual([]);
  });

  it.each(['level=bad', 'technique=1110', 'enabled=yes', 'after=r01', 'after=9~r01', 'limit=0', 'limit=501', 'x=1'])(
    'refuses %s',
    async (query) => expect((await ask('GET', `?${query}`))[0]).toBe(400),
  );

  it('is no red team’s', async () => {
    const redTeam = await h.signInAs('red-team');
    for (const path of ['', '/r00', '/r00/history']) expect((await ask('GET', path, undefined, redTeam))[0]).toBe(403);
  });
});

describe('a word on a rule', () => {
  const path = `/${encodeURIComponent('a/b c')}`;

  it('turns it off and on, and what changes nothing is not told', async () => {
    expect(await ask('PATCH', path, { enabled: true, reason: 'it was on' })).toMatchObject([200, { enabled: true }]);
    expect(await ask('PATCH', path, { enabled: false, reason: ' noise ' })).toMatchObject([
      200,
      { enabled: false, off: { reason: 'noise' } },
    ]);
    expect(await ids('enabled=false')).toEqual(['a/b c']);
    expect((await ask('PATCH', path, { enabled: false, reason: 'still' }))[0]).toBe(200);
    expect((await ask('PATCH', path, { enabled: true, reason: 'missed' }))[0]).toBe(200);
    const [, { words }] = await ask('GET', `${path}/history`);
    expect((words as { reason: string }[]).map(({ reason }) => reason)).toEqual(['missed', 'still', 'noise']);
    expect(
      (await h.state.read.audit({ action: 'changeRule' })).records.map(({ before, after }) => [before, after]),
    ).toEqual([
      [
        { enabled: false, reason: 'still' },
        { enabled: true, reason: 'missed' },
      ],
      [
        { enabled: false, reason: 'noise' },
        { enabled: false, reason: 'still' },
      ],
      [{ enabled: true }, { enabled: false, reason: 'noise' }],
    ]);
  });

  it.each<[unknown]>([
    [{}],
    [{ enabled: false }],
    [{ enabled: false, reason: ' ' }],
    [{ enabled: false, reason: 'x'.repeat(1001) }],
    [{ enabled: false, reason: 'x', until: 'tomorrow' }],
    [{ enabled: true, reason: 'x', until: '2999-01-01T00:00:00Z' }],
  ])('is not %j', async (body) => expect((await ask('PATCH', '/r01', body))[0]).toBe(400));

  it('is not about what is over, nor about what there is not', async () => {
    const over = { enabled: false, reason: 'x', until: new Date(clock.now()).toISOString() };
    expect(await ask('PATCH', '/r01', over)).toMatchObject([422, { type: 'urn:netsentinel:problem:until-over' }]);
    expect((await ask('PATCH', '/none', { enabled: false, reason: 'x' }))[0]).toBe(404);
    expect((await ask('GET', '/none/history'))[0]).toBe(404);
    expect((await ask('GET', '/r01/history'))[1]).toEqual({ words: [], changes: [] });
  });

  it('is not for those who look on', async () => {
    const reader = await h.signInAs('read-only');
    expect((await ask('GET', '/r01', undefined, reader))[0]).toBe(200);
    expect((await ask('PATCH', '/r01', { enabled: false, reason: 'x' }, reader))[0]).toBe(403);
  });

  it('says where it is kept and not in force', async () => {
    rules.canBeRead = false;
    expect((await ask('PATCH', '/r02', { enabled: false, reason: 'x' }))[0]).toBe(503);
    // What was said and not yet read counts for what was before.
    expect((await ask('PATCH', '/r02', { enabled: true, reason: 'y' }))[0]).toBe(200);
    const [newest] = (await h.state.read.audit({ action: 'changeRule' })).records;
    expect(newest).toMatchObject({ before: { enabled: false, reason: 'x' }, after: { enabled: true, reason: 'y' } });
    rules.canBeRead = true;
  });
});
