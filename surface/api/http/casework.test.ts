/** People's work on incidents by REST; what keeps it is played. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noWork, type IncidentWork } from '@netsentinel/contracts/casework';
import { ManualClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';

const clock = new ManualClock();
const asked: unknown[] = [];
let h: ApiHarness;
let analyst: string;
let reader: string;

beforeAll(async () => {
  const refuse = (code: string): never => {
    throw new NetSentinelError(code, 'user', `because: ${code}`);
  };
  const put = async (id: string, version: number | undefined, change: Partial<IncidentWork>): Promise<IncidentWork> => {
    const work = (await h.state.read.work(id)) ?? noWork(id);
    if ((await h.state.read.incident(id)) === undefined) refuse('WORK_NO_INCIDENT');
    if (version !== undefined && version !== work.version) refuse('WORK_CHANGED');
    const next = { ...work, ...change, version: work.version + 1 };
    await h.state.transaction((tx) => tx.putWork(next));
    return next;
  };
  h = await startApi({
    clock,
    casework: {
      change: async (id, { version, assignee, status, reason }, by) => {
        asked.push([id, assignee, status, reason, by]);
        if (assignee === 'nobody') refuse('WORK_NO_ACCOUNT');
        return put(id, version, { ...(status === undefined ? {} : { status }), ...(assignee ? { assignee } : {}) });
      },
      note: (id, text, by) => put(id, undefined, { entries: [{ at: clock.now(), by, kind: 'note', text }] }),
      merge: async (id, { version, into }) =>
        into === 'i1' ? refuse('WORK_MERGED') : put(id, version, { mergedInto: into }),
    },
  });
  analyst = await h.signInAs('analyst');
  reader = await h.signInAs('read-only');
  await h.state.transaction((tx) => tx.putIncident(sampleIncident('i1', clock.now())));
});
afterAll(() => h.close());

const work = '/api/v1/incidents/i1/work';
async function ask(
  method: string,
  path: string,
  {
    body,
    cookie = analyst,
    ...headers
  }: { body?: unknown; cookie?: string; 'if-match'?: string; 'if-none-match'?: string } = {},
): Promise<[number, Record<string, unknown>, string | null]> {
  const response = await h.call(method, path, { cookie, body, headers });
  const text = await response.text();
  return [
    response.status,
    text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    response.headers.get('etag'),
  ];
}

describe('work on an incident', () => {
  it('is there for every incident, and its version is its tag', async () => {
    expect(await ask('GET', work, { cookie: reader })).toEqual([200, { ...noWork('i1') }, '"0"']);
    expect((await ask('GET', work, { cookie: reader, 'if-none-match': '"0"' }))[0]).toBe(304);
    expect((await ask('GET', '/api/v1/incidents/none/work'))[0]).toBe(404);
  });

  it('is changed from the version that was seen, and from no other', async () => {
    const body = { status: 'in-work', assignee: 'ada' };
    expect((await ask('PATCH', work, { body }))[0]).toBe(428);
    expect(await ask('PATCH', work, { body, 'if-match': '"0"' })).toMatchObject([
      200,
      { status: 'in-work', assignee: 'ada', version: 1 },
      '"1"',
    ]);
    expect(asked.at(-1)).toEqual(['i1', 'ada', 'in-work', undefined, 'console:a-analyst']);
    expect((await ask('PATCH', work, { body, 'if-match': '"0"' }))[0]).toBe(412);
    for (const none of ['W/"1"', '1', '"one"', '"1", "2"'])
      expect([none, (await ask('PATCH', work, { body, 'if-match': none }))[0]]).toEqual([none, 400]);
    expect((await ask('PATCH', work, { body: { assignee: null }, 'if-match': '*' }))[0]).toBe(200);
    expect(asked.at(-1)).toEqual(['i1', null, undefined, undefined, 'console:a-analyst']);
  });

  it.each<[unknown, string]>([
    [{}, 'status: '],
    [{ status: 'closed' }, 'reason: '],
    [{ status: 'closed', reason: '   ' }, 'reason: say why it is closed'],
    [{ status: 'contained' }, 'status: '],
    [{ status: 'open', reason: 'x'.repeat(1001) }, 'reason: '],
    [{ assignee: 'nobody' }, 'because: WORK_NO_ACCOUNT'],
  ])('is not changed by %j: %s', async (body, why) => {
    const [status, problem] = await ask('PATCH', work, { body, 'if-match': '*' });
    expect([status, problem['detail']]).toEqual([400, expect.stringContaining(why)]);
  });

  it('is what incidents are listed by', async () => {
    const listed = async (query: string): Promise<unknown> =>
      ((await ask('GET', `/api/v1/incidents?${query}`))[1]['incidents'] as unknown[]).length;
    expect(await listed('work=in-work&work=closed')).toBe(1);
    expect(await listed('work=closed')).toBe(0);
    expect(await listed('assignee=ada&work=in-work')).toBe(1);
    expect(await listed('assignee=')).toBe(0);
  });

  it('takes notes of some length, from who may', async () => {
    const path = '/api/v1/incidents/i1/notes';
    const [status, made] = await ask('POST', path, { body: { text: ' seen <b>\u202e ' } });
    expect(status).toBe(201);
    expect(made).toMatchObject({ note: { kind: 'note', text: 'seen <b>\u202e', by: 'console:a-analyst' } });
    expect((await ask('POST', path, { body: { text: ' ' } }))[0]).toBe(400);
    expect((await ask('POST', path, { body: { text: 'x'.repeat(4001) } }))[0]).toBe(400);
    expect((await ask('POST', path, { body: { text: 'x' }, cookie: reader }))[0]).toBe(403);
    expect((await ask('POST', '/api/v1/incidents/none/notes', { body: { text: 'x' } }))[0]).toBe(404);
  });

  it('is made a part of another', async () => {
    const path = '/api/v1/incidents/i1/merge';
    expect((await ask('POST', path, { body: { into: 'i2' } }))[0]).toBe(428);
    const [status, problem] = await ask('POST', path, { body: { into: 'i1' }, 'if-match': '*' });
    expect([status, problem['type']]).toEqual([409, 'urn:netsentinel:problem:work-merged']);
    expect((await ask('POST', path, { body: { into: 'i2' }, 'if-match': '*' }))[1]).toMatchObject({ mergedInto: 'i2' });
  });
});
