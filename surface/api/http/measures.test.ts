/** A person's measures and words by REST; the enforcer is played. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Playbook } from '@netsentinel/contracts/playbook';
import { NO_RESPONSE, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { runFixture } from '@netsentinel/testkit/contracts/playbook-book.cases';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const clock = new ManualClock();
const asked: unknown[] = [];
const playbook = Playbook.parse({
  id: 'ask-first',
  version: 3,
  title: 'Ask first',
  when: { condition: 'x' },
  steps: [{ note: 'Seen.' }, { id: 'ask', approve: { question: 'Hold them?', by: ['console:a-admin'] } }],
});
let h: ApiHarness;
let admin: string;
let analyst: string;
let action: Action;

beforeAll(async () => {
  action = sampleBlock('a1', sampleIncident('i1', clock.now()), clock.now());
  const refuse = (code: string, message: string): never => {
    throw new NetSentinelError(code, code.startsWith('ENFORCER') ? 'operational' : 'user', message);
  };
  h = await startApi({
    clock,
    response: {
      ...NO_RESPONSE,
      plan: async (what) => {
        asked.push(what);
        if (what.target === '192.0.2.99') refuse('ENFORCER_AWAY', 'the enforcer does not answer');
        return { ...(await NO_RESPONSE.plan(what)), refused: 'the target is protected: ours' };
      },
      order: async (what, by) => {
        asked.push([what, by]);
        if (what.incident === 'i9') return undefined;
        if (what.target === '192.0.2.1') refuse('RESPONSE_REFUSED', 'the target is protected: ours');
        return { ...action, by };
      },
      decide: async (id, word, reason, by) => {
        asked.push([id, word, reason, by]);
        if (id === 'a2') refuse('RESPONSE_NOT_DECIDED', 'Nothing was decided: it is verified.');
        if (id === 'a4') return { status: 'failed', detail: 'nft is busy' };
        return id === 'a1' ? { status: 'applied' } : undefined;
      },
    },
    playbooks: {
      list: () => [{ playbook, mode: 'run' }],
      answer: async (id, given) => {
        asked.push([id, given]);
        if (id === 'run-none') refuse('PLAYBOOK_RUN_NOT_FOUND', 'there is no such run');
        if (id === 'run-over') refuse('PLAYBOOK_NOT_ASKING', 'this run does not wait for a person');
        if (given.by !== 'console:a-admin') refuse('PLAYBOOK_NOT_ASKED_OF_YOU', 'only console:a-admin may answer');
        return (await h.state.read.playbookRun(id))!;
      },
    },
  });
  admin = await h.signInAs('admin');
  analyst = await h.signInAs('analyst');
  await h.state.transaction(async (tx) => {
    await tx.putPlaybookRun(runFixture('run-old', { incident: 'i2', startedAt: 1 }));
    await tx.putPlaybookRun(
      runFixture('run-asks', {
        playbook,
        status: 'running',
        startedAt: clock.now(),
        steps: [
          { path: '1', status: 'done', attempts: 1, startedAt: clock.now(), endedAt: clock.now(), detail: 'noted' },
          { path: '2', status: 'running', attempts: 1, startedAt: clock.now(), dueAt: clock.now() + 3_600_000 },
        ],
      }),
    );
  });
});
afterAll(() => h.close());

const ask = async (method: string, path: string, body?: unknown, cookie = analyst): Promise<[number, never]> => {
  const response = await h.call(method, path, { cookie, body });
  return [response.status, (await response.json()) as never];
};

describe('a measure', () => {
  it('is planned before it is ordered', async () => {
    expect(await ask('POST', '/api/v1/actions/plan', { target: '198.18.5.5' })).toMatchObject([
      200,
      { plan: { refused: 'the target is protected: ours' } },
    ]);
    expect(asked.at(-1)).toEqual({ target: '198.18.5.5', measure: 'block', ttlMs: 3_600_000 });
    expect(await ask('POST', '/api/v1/actions/plan', { target: '192.0.2.99' })).toMatchObject([
      503,
      { type: 'urn:netsentinel:problem:enforcer-away', detail: 'the enforcer does not answer' },
    ]);
  });

  it('is ordered by a person who is named, and a program is not taken for one', async () => {
    const wanted = { measure: 'tarpit', target: '198.18.5.0/24', ttlMs: 60_000, reason: 'seen', incident: 'i1' };
    expect(await ask('POST', '/api/v1/actions', wanted)).toMatchObject([201, { id: 'a1', by: 'console:a-analyst' }]);
    expect(asked.at(-1)).toEqual([wanted, 'console:a-analyst']);
    const [, { secret }] = await ask('POST', '/api/v1/tokens', { name: 'x', role: 'analyst' });
    const response = await h.call('POST', '/api/v1/actions', {
      origin: null,
      headers: { authorization: `Bearer ${String(secret)}` },
      body: wanted,
    });
    expect(response.status).toBe(201);
    expect(asked.at(-1)).toEqual([wanted, 'token:a-analyst']);
  });

  it.each([
    [{ target: '198.18.5.5/99' }, 400, 'invalid'],
    [{}, 400, 'invalid'],
    [{ target: 'example.org' }, 400, 'invalid'],
    [{ target: '198.18.5.5', measure: 'explode' }, 400, 'invalid'],
    [{ target: '198.18.5.5', ttlMs: 1 }, 400, 'invalid'],
    [{ target: '198.18.5.5', reason: 'x'.repeat(513) }, 400, 'invalid'],
    [{ target: '198.18.5.5', incident: 'i9' }, 404, 'no-such-incident'],
    [{ target: '192.0.2.1' }, 409, 'response-refused'],
  ])('%j is answered by %i', async (body, status, code) => {
    expect(await ask('POST', '/api/v1/actions', body)).toMatchObject([
      status,
      { type: `urn:netsentinel:problem:${code}` },
    ]);
  });

  it('that waits is approved or refused by name', async () => {
    expect(await ask('POST', '/api/v1/actions/a1/approve', { reason: 'right' })).toEqual([200, { status: 'applied' }]);
    expect(asked.at(-1)).toEqual(['a1', 'approve', 'right', 'console:a-analyst']);
    expect(await ask('POST', '/api/v1/actions/a1/deny', {})).toEqual([200, { status: 'applied' }]);
    expect(asked.at(-1)).toEqual(['a1', 'deny', '', 'console:a-analyst']);
    expect(await ask('POST', '/api/v1/actions/a2/approve', {})).toMatchObject([
      409,
      { detail: 'Nothing was decided: it is verified.' },
    ]);
    expect((await ask('POST', '/api/v1/actions/a3/deny', {}))[0]).toBe(404);
    expect(await ask('POST', '/api/v1/actions/a4/approve', { reason: 'right' })).toEqual([
      200,
      { status: 'failed', detail: 'nft is busy' },
    ]);
    const [, { records }]: [number, { records: unknown[] }] = await ask(
      'GET',
      '/api/v1/audit?action=approveAction',
      undefined,
      admin,
    );
    expect(records[0]).toMatchObject({ after: { status: 'failed', detail: 'nft is busy', reason: 'right' } });
  });
});

describe('playbooks', () => {
  it('are listed with what each does', async () => {
    expect(await ask('GET', '/api/v1/playbooks')).toEqual([
      200,
      {
        playbooks: [
          {
            id: 'ask-first',
            version: 3,
            title: 'Ask first',
            mode: 'run',
            once: 'incident',
            steps: ['note', 'approve'],
          },
        ],
      },
    ]);
  });

  it('have runs that say what they wait for', async () => {
    const [, { runs }] = await ask('GET', '/api/v1/playbooks/runs?open=true');
    expect(runs).toMatchObject([
      {
        id: 'run-asks',
        playbook: { id: 'ask-first', version: 3 },
        steps: [
          { path: '1', what: 'note', status: 'done', detail: 'noted' },
          { path: '2', name: 'ask', what: 'approve', status: 'running' },
        ],
        asks: [{ step: '2', question: 'Hold them?', by: ['console:a-admin'], until: clock.now() + 3_600_000 }],
      },
    ]);
    const over: [number, { runs: { id: string; asks: unknown[] }[] }] = await ask(
      'GET',
      '/api/v1/playbooks/runs?open=false',
    );
    expect(over[1].runs.map(({ id, asks }) => [id, asks])).toEqual([['run-old', []]]);
    const ofIncident: typeof over = await ask('GET', '/api/v1/playbooks/runs?incident=i1');
    expect(ofIncident[1].runs.map(({ id }) => id)).toEqual(['run-asks']);
  });

  it('are answered by whom they ask', async () => {
    const path = '/api/v1/playbooks/runs/run-asks/answer';
    expect(await ask('POST', path, { word: 'approve' })).toMatchObject([
      403,
      { type: 'urn:netsentinel:problem:playbook-not-asked-of-you' },
    ]);
    expect(await ask('POST', path, { word: 'deny', reason: 'no', step: 'ask' }, admin)).toMatchObject([
      200,
      { id: 'run-asks' },
    ]);
    expect(asked.at(-1)).toEqual(['run-asks', { word: 'deny', reason: 'no', step: 'ask', by: 'console:a-admin' }]);
    expect((await ask('POST', '/api/v1/playbooks/runs/run-none/answer', { word: 'deny' }))[0]).toBe(404);
    expect((await ask('POST', '/api/v1/playbooks/runs/run-over/answer', { word: 'deny' }))[0]).toBe(409);
    expect((await ask('POST', path, { word: 'perhaps' }))[0]).toBe(400);
  });
});
