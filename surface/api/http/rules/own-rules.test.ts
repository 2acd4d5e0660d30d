/** Rules of people's own by REST: who may put them, on which version, and what is refused; what reads and runs them is played. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OWN_RULES_LIMITS } from '@netsentinel/contracts/own-rules';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { playedRules, type PlayedRules } from './played-rules.fixture.ts';

const PATH = '/api/v1/own-rules';
let clock: ManualClock;
let rules: PlayedRules;
let h: ApiHarness;
let analyst: string;

beforeEach(async () => {
  clock = new ManualClock();
  rules = playedRules([], () => h.state);
  h = await startApi({ clock, rules });
  analyst = await h.signInAs('analyst');
});
afterEach(() => h.close());

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}
interface Asked {
  readonly body?: unknown;
  readonly etag?: string | null | undefined;
  readonly cookie?: string;
}
async function ask(method: string, path: string, { body, etag, cookie = analyst }: Asked = {}): Promise<Answer> {
  const headers = etag === undefined || etag === null ? {} : { 'if-match': etag };
  const response = await h.call(method, PATH + path, { cookie, body, headers });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}
const put = (name: string, text: string, more: Asked & { readonly reason?: string } = {}): Promise<Answer> =>
  ask('PUT', `/${name}`, { body: { text, reason: more.reason ?? 'to try' }, ...more });
const names = async (): Promise<unknown> =>
  ((await ask('GET', '')).body['files'] as { name: string }[]).map(({ name }) => name);

describe('rules of people’s own', () => {
  it('are put, read, replaced and removed, and each rule has its history', async () => {
    const made = await put('mine', 'id: r1');
    expect(made).toMatchObject({
      status: 201,
      body: { file: { name: 'mine', rules: ['r1'], reason: 'to try', faults: [] }, rules: [{ id: 'r1' }] },
    });
    const read = await ask('GET', '/mine');
    expect(read).toMatchObject({ status: 200, etag: made.etag, body: { text: 'id: r1', by: 'console:a-analyst' } });
    expect(
      (await h.call('GET', `${PATH}/mine`, { cookie: analyst, headers: { 'if-none-match': made.etag! } })).status,
    ).toBe(304);
    const replaced = await put('mine', 'id: r2', { etag: made.etag, reason: 'better' });
    expect(replaced).toMatchObject({ status: 200, body: { rules: [{ id: 'r2' }] } });
    expect(replaced.etag).not.toBe(made.etag);
    expect(await names()).toEqual(['mine']);
    expect(await ask('DELETE', '/mine?reason=noise', { etag: replaced.etag })).toMatchObject({ status: 204 });
    expect(await names()).toEqual([]);
    expect((await ask('GET', '/mine')).status).toBe(404);
    const history = async (id: string): Promise<unknown> =>
      (await h.call('GET', `/api/v1/rules/${id}/history`, { cookie: analyst })).json();
    const word = { name: 'mine', by: 'console:a-analyst' };
    expect(await history('r1')).toMatchObject({
      words: [],
      changes: [
        { ...word, change: 'removed', reason: 'better' },
        { ...word, change: 'added', reason: 'to try' },
      ],
    });
    expect(await history('r2')).toMatchObject({
      changes: [{ change: 'removed', reason: 'noise' }, { change: 'added' }],
    });
    const { records } = await h.state.read.audit();
    expect(
      records.map(({ action, before, after }) => [action, before?.['rules'], after?.['rules'], after?.['reason']]),
    ).toEqual([
      ['removeOwnRules', 'r2', undefined, 'noise'],
      ['putOwnRules', 'r1', 'r2', 'better'],
      ['putOwnRules', undefined, 'r1', 'to try'],
    ]);
  });

  it('change from the version that was read, and from no other', async () => {
    const made = await put('mine', 'id: r1');
    expect((await put('mine', 'id: r2')).status).toBe(428);
    expect((await put('mine', 'id: r2', { etag: '"999"' })).status).toBe(412);
    expect((await put('mine', 'id: r2', { etag: 'W/"1"' })).status).toBe(400);
    expect((await put('free', 'id: r2', { etag: '*' })).status).toBe(412);
    expect((await ask('DELETE', '/mine?reason=x')).status).toBe(428);
    expect((await ask('DELETE', '/mine?reason=x', { etag: '"999"' })).status).toBe(412);
    expect((await ask('DELETE', '/free?reason=x', { etag: '*' })).status).toBe(404);
    expect((await put('mine', 'id: r2', { etag: '*' })).status).toBe(200);
    // What was removed and made again under the same name is something else.
    expect((await ask('DELETE', '/mine?reason=x', { etag: '*' })).status).toBe(204);
    await put('mine', 'id: r1');
    expect((await put('mine', 'id: r3', { etag: made.etag })).status).toBe(412);
  });

  it('are put by one of two who come at once', async () => {
    const cookie = await h.signInAs('admin');
    const both = await Promise.all([put('mine', 'id: r1'), put('mine', 'id: r2', { cookie })]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 428]);
    expect((await h.state.read.audit({ action: 'putOwnRules' })).records).toHaveLength(1);
  });

  it('are not changed by what they say already', async () => {
    const made = await put('mine', 'id: r1');
    const again = await put('mine', 'id: r1', { etag: made.etag, reason: 'again' });
    expect(again).toMatchObject({ status: 200, etag: made.etag, body: { file: { reason: 'to try' } } });
    expect((await h.state.read.audit({ action: 'putOwnRules' })).records).toHaveLength(1);
  });

  it('are refused with each fault and its line, and then nothing is kept', async () => {
    expect(await put('mine', 'title: x')).toMatchObject({
      status: 422,
      body: { type: 'urn:netsentinel:problem:rules-wrong', detail: 'line 1: there is no rule in it' },
    });
    rules.faults = [
      { line: 3, error: 'its `id` is taken' },
      { line: 9, error: 'there is no rule `x`' },
    ];
    expect(await put('mine', 'id: r1')).toMatchObject({
      status: 422,
      body: { detail: 'line 3: its `id` is taken\nline 9: there is no rule `x`' },
    });
    expect(await names()).toEqual([]);
    expect((await h.state.read.audit()).records).toEqual([]);
  });

  it('stay where others rest on them', async () => {
    const { etag } = await put('mine', 'id: r1');
    rules.faults = [{ line: 1, error: 'the rule “Many” would not be in force any more' }];
    expect(await ask('DELETE', '/mine?reason=x', { etag })).toMatchObject({
      status: 409,
      body: { detail: 'the rule “Many” would not be in force any more' },
    });
    expect(await names()).toEqual(['mine']);
  });

  it('say where they are kept and not in force, and come into force when they are put again', async () => {
    rules.canBeRead = false;
    expect((await put('mine', 'id: r1')).status).toBe(503);
    expect((await ask('GET', '')).body).toMatchObject({ files: [{ faults: [{ line: 1 }] }] });
    const { etag } = await ask('GET', '/mine');
    rules.canBeRead = true;
    expect((await put('mine', 'id: r1', { etag })).status).toBe(200);
    expect((await ask('GET', '')).body).toMatchObject({ files: [{ faults: [] }] });
    rules.canBeRead = false;
    expect((await ask('DELETE', '/mine?reason=x', { etag })).status).toBe(503);
  });

  it.each([
    '..',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    'a%2fb',
    'A',
    'a.yml',
    '-a',
    'a%00',
    'a%0a',
    '__proto__',
    'x'.repeat(65),
  ])('are not called %s', async (name) => {
    const { status } = await put(name, 'id: r1');
    // What leads out of the path is another address, of which there is none.
    expect([400, 404, 405]).toContain(status);
    expect(await names()).toEqual([]);
  });

  it.each<[unknown]>([
    [{}],
    [{ text: 'id: r1' }],
    [{ text: 'id: r1', reason: ' ' }],
    [{ text: '', reason: 'x' }],
    [{ text: 'x'.repeat(32_769), reason: 'x' }],
    [{ text: 'id: r1', reason: 'x', by: 'somebody else' }],
  ])('are not %j', async (body) => expect((await ask('PUT', '/mine', { body })).status).toBe(400));

  it('are no longer than they may be, however they are written, and no more than that is read', async () => {
    const longest = 'id: r1 #'.padEnd(32_768, '\u0001');
    expect(JSON.stringify(longest).length).toBeGreaterThan(190_000);
    // That a comment is no id is not what is asked here.
    expect((await put('mine', `id: r1\n#${longest.slice(10)}`)).status).toBe(201);
    expect((await put('mine', 'x'.repeat(300_000))).status).toBe(413);
  });

  it('are so many at most', async () => {
    await h.state.transaction(async (tx) => {
      for (let n = 0; n < OWN_RULES_LIMITS.texts; n++)
        await tx.putOwnRules({
          name: `n${n}`,
          text: '',
          rules: [`r${n}`],
          reason: 'x',
          by: 'x',
          at: '2026-01-01T00:00:00Z',
        });
    });
    expect(await put('mine', 'id: r1')).toMatchObject({
      status: 409,
      body: { type: 'urn:netsentinel:problem:too-many' },
    });
    expect((await put('n1', 'id: new', { etag: '*' })).status).toBe(200);
  });

  it('are not for those who look on, and nothing of a red team’s', async () => {
    const [reader, redTeam] = [await h.signInAs('read-only'), await h.signInAs('red-team')];
    await put('mine', 'id: r1');
    expect((await put('other', 'id: r2', { cookie: reader })).status).toBe(403);
    expect((await ask('DELETE', '/mine?reason=x', { etag: '*', cookie: reader })).status).toBe(403);
    expect((await ask('GET', '/mine', { cookie: reader })).status).toBe(200);
    for (const path of ['', '/mine']) expect((await ask('GET', path, { cookie: redTeam })).status).toBe(403);
  });
});
