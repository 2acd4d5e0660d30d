/** The audit as a book: what begins it, what it keeps out, who reads it, and that it goes with its change. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookieOf, NO_RESPONSE, PASSWORD } from '@netsentinel/testkit/api-harness';
import { startPeople, type People } from './identity.fixture.ts';
import { routes } from './routes.ts';

const OWN = '/api/v1/account';
let p: People;
let ada: string;

beforeEach(async () => {
  p = await startPeople({ response: { ...NO_RESPONSE, revert: async () => true } });
  ada = await p.join('ada', 'analyst');
});
afterEach(() => p.h.close());

const asAdmin = (method: string, path: string, body: object = {}): Promise<[number, Record<string, unknown>]> =>
  p.ask(method, path, { cookie: p.admin, body });
const asAda = (method: string, path: string, body: object = {}): Promise<[number, Record<string, unknown>]> =>
  p.ask(method, path, { cookie: ada, body });

describe('the audit', () => {
  it('is declared by every route that is not GET; what is none of it says why', () => {
    const none = routes.filter(({ method, audit }) => method !== 'GET' && audit !== 'with' && audit !== 'after');
    expect(none.map(({ id }) => id)).toEqual([
      'askKeyForSignIn',
      'beginOpenId',
      'beginSecondFactor',
      'beginSecurityKey',
      'askOwnKey',
      'tryRule',
      'planAction',
      'checkConfiguration',
      'refreshProgram',
    ]);
  });

  it('begins with the first account', async () => {
    const { records } = await p.h.state.read.audit();
    expect(records.at(-1)).toMatchObject({ seq: 1, action: 'setUp', account: 'admin', after: { role: 'admin' } });
  });

  it('says nothing of what was refused', async () => {
    const before = (await p.h.state.read.audit()).records.length;
    await asAda('PATCH', '/api/v1/users/admin', { role: 'analyst' });
    await asAdmin('PATCH', '/api/v1/users/nobody', { role: 'analyst' });
    await asAdmin('DELETE', '/api/v1/users/admin');
    await p.signIn('ada', 'wrong');
    await asAdmin('POST', '/api/v1/tokens', { name: '', role: 'admin' });
    expect((await p.h.state.read.audit()).records).toHaveLength(before);
  });

  it('goes with its change, or neither is there', async () => {
    const transaction = p.h.state.transaction.bind(p.h.state);
    const full = { addAudit: () => Promise.reject(new Error('the disk is full')) };
    p.h.state.transaction = (work) => transaction((tx) => work({ ...tx, ...full }));
    expect((await asAdmin('PATCH', '/api/v1/users/ada', { role: 'admin' }))[0]).toBe(500);
    expect((await p.signIn('ada')).status).toBe(500);
    p.h.state.transaction = transaction;
    expect((await p.h.state.read.account('ada'))?.role).toBe('analyst');
    expect(await p.h.state.read.sessionsOf('ada')).toHaveLength(1);
  });

  it('tells whom a token is of, and which', async () => {
    const [, { id, secret }] = await asAdmin('POST', '/api/v1/tokens', { name: 'a program', role: 'admin' });
    const headers = { authorization: `Bearer ${String(secret)}` };
    await p.ask('POST', '/api/v1/actions/a1/revert', { headers, origin: null, body: {} });
    const [, page] = await p.ask('GET', '/api/v1/audit?limit=1', { headers });
    expect(page).toMatchObject({
      records: [{ account: 'admin', token: id, target: 'actions/a1/revert', at: p.clock.now() }],
    });
    expect(page['next']).toBe((page['records'] as { seq: number }[])[0]!.seq);
  });

  it('names no token of somebody else that comes along with a sign-in', async () => {
    const [, { secret }] = await asAdmin('POST', '/api/v1/tokens', { name: 'a program', role: 'admin' });
    const headers = { authorization: `Bearer ${String(secret)}` };
    await p.h.call('POST', '/api/v1/session', { headers, body: { name: 'ada', password: PASSWORD } });
    const [record] = (await p.h.state.read.audit({ limit: 1 })).records;
    expect(record).toMatchObject({ account: 'ada', action: 'signIn' });
    expect(record).not.toHaveProperty('token');
  });

  it('says nothing where nothing changed', async () => {
    expect((await asAda('POST', `${OWN}/second-factor`, { password: PASSWORD }))[0]).toBe(201);
    const before = (await p.h.state.read.audit()).records.length;
    expect(await asAda('DELETE', `${OWN}/sessions`)).toEqual([200, { ended: 0 }]);
    expect((await asAdmin('PATCH', '/api/v1/users/ada', { role: 'analyst' }))[0]).toBe(200);
    expect((await asAdmin('DELETE', '/api/v1/users/ada/second-factor'))[0]).toBe(404);
    expect((await p.h.state.read.audit()).records).toHaveLength(before);
    expect(p.errors).toEqual([]);
  });

  it('is read by admins, page by page, by who and what', async () => {
    expect((await p.ask('GET', '/api/v1/audit', { cookie: ada }))[0]).toBe(403);
    await asAda('POST', '/api/v1/actions/a1/revert');
    const actionsOf = async (query: string): Promise<unknown[]> => {
      const [status, { records }] = await p.ask('GET', `/api/v1/audit?${query}`, { cookie: p.admin });
      expect(status).toBe(200);
      return (records as { action: string }[]).map(({ action }) => action);
    };
    expect(await actionsOf('')).toEqual(['revertAction', 'join', 'invite', 'setUp']);
    expect(await actionsOf('account=ada')).toEqual(['revertAction', 'join']);
    expect(await actionsOf('account=admin&action=invite')).toEqual(['invite']);
    expect(await actionsOf('limit=2')).toEqual(['revertAction', 'join']);
    expect(await actionsOf('limit=2&before=3')).toEqual(['invite', 'setUp']);
    for (const bad of ['limit=0', 'before=x', 'who=ada', 'account=' + 'x'.repeat(65)])
      expect((await p.ask('GET', `/api/v1/audit?${bad}`, { cookie: p.admin }))[0]).toBe(400);
  });

  it('outlives whom it is about', async () => {
    await asAdmin('DELETE', '/api/v1/users/ada');
    const [, { records }] = await p.ask('GET', '/api/v1/audit?account=ada', { cookie: p.admin });
    expect(records).toHaveLength(1);
    expect(cookieOf(await p.signIn('admin'))).toBeDefined();
  });
});
