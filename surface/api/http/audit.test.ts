/** Who changed what: every route that changes something, and that no secret is told. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noWork, type IncidentWork } from '@netsentinel/contracts/casework';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import { cookieOf, NO_RESPONSE, PASSWORD, sampleDecoy } from '@netsentinel/testkit/api-harness';
import { runFixture } from '@netsentinel/testkit/contracts/playbook-book.cases';
import { LAB_CLIENT, startOpenIdLab, type OpenIdLab } from '@netsentinel/testkit/openid-lab';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { summaryOf } from '@netsentinel/contracts/incident';
import { OpenIdConfig } from '../auth/openid/openid.config.ts';
import { codeOf, stepAt } from '../auth/totp.ts';
import { bytesOfBase32, startPeople, type People } from './identity.fixture.ts';
import type { CreationOptions } from '../auth/webauthn/browser-json.ts';
import { SoftwareAuthenticator } from '../auth/webauthn/software-authenticator.fixture.ts';
import { routes } from './routes.ts';
import { playedRules } from './rules/played-rules.fixture.ts';

const NEW = 'another long password';
const EXCEPTION = '3b241101-e2bb-4255-8caf-4136c566a962';
const OWN = '/api/v1/account';
const WORK: IncidentWork = {
  ...noWork('i1'),
  version: 2,
  entries: [{ at: 0, by: 'console:ada', kind: 'note', text: 'seen' }],
};
const RULE: RuleCard = {
  id: 'r1',
  kind: 'rule',
  title: 'A rule',
  techniques: [],
  set: 'netsentinel',
  enabled: true,
};
let lab: OpenIdLab;
let p: People;
let ada: string;
/** All that must never be told. */
let secrets: string[];

beforeAll(async () => {
  lab = await startOpenIdLab();
  lab.person = { subject: 's-eve', claims: { preferred_username: 'eve' } };
});
afterAll(() => lab.close());
beforeEach(async () => {
  p = await startPeople({
    openId: OpenIdConfig.parse({ issuer: lab.issuer, ...LAB_CLIENT, defaultRole: 'analyst' }),
    dismissals: {
      dismiss: async (id) => ({ incident: summaryOf(sampleIncident(id, 0)), lifted: 2 }),
      endException: async () => true,
    },
    response: {
      ...NO_RESPONSE,
      order: async (_, by) => ({ ...sampleBlock('a1', sampleIncident('i1', 0), 0), by }),
      decide: async () => ({ status: 'applied' }),
      revert: async () => true,
      revertAll: async () => 3,
    },
    casework: { change: async () => WORK, note: async () => WORK, merge: async () => WORK },
    playbooks: { list: () => [], answer: async () => runFixture('run-1') },
    decoys: () => [sampleDecoy('ssh', 2222), { ...sampleDecoy('off', 2223), stopped: true }],
    rules: playedRules([RULE], () => p.h.state),
    configuration: { ask: async () => ({ sections: ['logLevel'], version: 2 }) as never },
    tour: { status: () => undefined, take: async (by) => ({ since: 0, by }), end: async () => true },
  });
  lab.knows(`${p.h.url}/openid/`);
  ada = await p.join('ada', 'analyst');
  secrets = [PASSWORD, NEW];
});
afterEach(() => p.h.close());

const asAdmin = (method: string, path: string, body: object = {}): Promise<[number, Record<string, unknown>]> =>
  p.ask(method, path, { cookie: p.admin, body });
const asAda = (method: string, path: string, body: object = {}): Promise<[number, Record<string, unknown>]> =>
  p.ask(method, path, { cookie: ada, body });

function onVersion(method: string, path: string, body: object): Promise<[number, Record<string, unknown>]> {
  return p.ask(method, path, { cookie: ada, headers: { 'if-match': '"1"' }, body });
}

function asAdminOnVersion(method: string, path: string, body: object): Promise<[number, Record<string, unknown>]> {
  return p.ask(method, path, { cookie: p.admin, headers: { 'if-match': '"1"' }, body });
}

async function begin(): Promise<Uint8Array> {
  const [, { secret }] = await asAda('POST', `${OWN}/second-factor`, { password: PASSWORD });
  secrets.push(String(secret));
  return bytesOfBase32(String(secret));
}

function code(secret: Uint8Array): string {
  return codeOf(secret, stepAt(p.clock.now()));
}

async function confirm(): Promise<[number, Uint8Array]> {
  const secret = await begin();
  const [status, { recoveryCodes }] = await asAda('POST', `${OWN}/second-factor/confirm`, { code: code(secret) });
  secrets.push(...(recoveryCodes as string[]));
  p.clock.advance(30_000);
  return [status, secret];
}

/** Under a name, as browsers do. */
async function addKey(): Promise<[status: number, id: string, recovery: string]> {
  const here = p.h.url.replace('127.0.0.1', 'localhost');
  const call = async (path: string, body: object): Promise<[number, Record<string, unknown>]> => {
    const headers = { origin: here, cookie: ada, 'content-type': 'application/json' };
    const url = `${here}${OWN}/security-keys${path}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return [response.status, (await response.json()) as Record<string, unknown>];
  };
  const [, { options }] = await call('/begin', { password: PASSWORD });
  const credential = new SoftwareAuthenticator(here).create(options as CreationOptions);
  const [status, added] = await call('', { name: 'a key', credential });
  const codes = added['recoveryCodes'] as string[];
  secrets.push(...codes);
  return [status, (added['key'] as { id: string }).id, codes[0]!];
}

async function linkOf(path: string, body: object = {}): Promise<string> {
  const token = String((await asAdmin('POST', path, body))[1]['path']).split('#')[1]!;
  secrets.push(token);
  return token;
}

function signInProgram(): Promise<[number, Record<string, unknown>]> {
  const body = { name: 'ada', password: PASSWORD, program: 'a report', role: 'analyst' };
  return p.ask('POST', '/api/v1/auth/token', { origin: null, body });
}

async function firstIdOf(path: string, list: string): Promise<string> {
  const [, body] = await p.ask('GET', path, { cookie: path.startsWith(OWN) ? ada : p.admin });
  return (body[list] as { id: string }[])[0]!.id;
}

type Case = readonly [run: () => Promise<number>, record: object];

/** A success of each route that changes something, and what is known of it then. */
const CASES: Readonly<Record<string, Case>> = {
  signIn: [
    async () => (await p.signIn('ada')).status,
    { account: 'ada', target: 'session', after: { session: expect.any(String), secondFactor: null } },
  ],
  signOut: [async () => (await asAda('DELETE', '/api/v1/session'))[0], { account: 'ada', target: 'session' }],
  join: [
    async () => {
      const token = await linkOf('/api/v1/invitations', { role: 'red-team' });
      return (await p.ask('POST', '/api/v1/join', { body: { token, name: 'bob', password: PASSWORD } }))[0];
    },
    { account: 'bob', target: 'join', after: { role: 'red-team', invitation: expect.any(String), invitedBy: 'admin' } },
  ],
  resetPassword: [
    async () => {
      const token = await linkOf('/api/v1/users/ada/password-reset');
      return (await p.ask('POST', '/api/v1/reset', { body: { token, password: NEW } }))[0];
    },
    { account: 'ada', target: 'reset' },
  ],
  changePassword: [
    async () => (await asAda('PUT', `${OWN}/password`, { password: PASSWORD, newPassword: NEW }))[0],
    { account: 'ada', target: 'account/password', after: { sessionsEnded: 0, programsEnded: 0 } },
  ],
  confirmSecondFactor: [
    async () => (await confirm())[0],
    { account: 'ada', target: 'account/second-factor/confirm', before: { on: false }, after: { on: true } },
  ],
  endSecondFactor: [
    async () => {
      const [, secret] = await confirm();
      return (await asAda('POST', `${OWN}/second-factor/end`, { code: code(secret) }))[0];
    },
    { account: 'ada', target: 'account/second-factor/end', before: { on: true }, after: { on: false } },
  ],
  addSecurityKey: [
    async () => (await addKey())[0],
    {
      account: 'ada',
      target: 'account/security-keys',
      after: { id: expect.any(String), name: 'a key', host: 'localhost' },
    },
  ],
  renameSecurityKey: [
    async () => {
      const [, id] = await addKey();
      return (await asAda('PATCH', `${OWN}/security-keys/${id}`, { name: 'another', password: PASSWORD }))[0];
    },
    { account: 'ada', before: { name: 'a key' }, after: { name: 'another' } },
  ],
  removeSecurityKey: [
    async () => {
      const [, id, recovery] = await addKey();
      return (await asAda('POST', `${OWN}/security-keys/${id}/remove`, { code: recovery }))[0];
    },
    {
      account: 'ada',
      target: expect.stringMatching(/^account\/security-keys\/[\w-]{12}\/remove$/),
      before: { name: 'a key' },
    },
  ],
  endSession: [
    async () => {
      await p.signIn('ada');
      const id = await firstIdOf(`${OWN}/sessions`, 'sessions');
      return (await asAda('DELETE', `${OWN}/sessions/${id}`))[0];
    },
    { account: 'ada', target: expect.stringMatching(/^account\/sessions\/[\w-]{12}$/), before: { from: '127.0.0.1' } },
  ],
  endOtherSessions: [
    async () => {
      await p.signIn('ada');
      return (await asAda('DELETE', `${OWN}/sessions`))[0];
    },
    { account: 'ada', target: 'account/sessions', after: { sessionsEnded: 1 } },
  ],
  dismissIncident: [
    async () => (await asAda('POST', '/api/v1/incidents/i1/not-an-attack', { reason: 'our backup', days: 7 }))[0],
    { account: 'ada', target: 'incidents/i1/not-an-attack', after: { reason: 'our backup', days: 7, lifted: 2 } },
  ],
  endException: [
    async () => (await asAda('DELETE', `/api/v1/exceptions/${EXCEPTION}`))[0],
    { account: 'ada', target: `exceptions/${EXCEPTION}` },
  ],
  revertAction: [
    async () => (await asAda('POST', '/api/v1/actions/a1/revert'))[0],
    { account: 'ada', target: 'actions/a1/revert' },
  ],
  revertAllActions: [
    async () => (await asAda('POST', '/api/v1/actions/revert-all'))[0],
    { account: 'ada', target: 'actions/revert-all', after: { reverted: 3 } },
  ],
  orderAction: [
    async () => (await asAda('POST', '/api/v1/actions', { target: '192.0.2.9', reason: 'loud' }))[0],
    {
      account: 'ada',
      target: 'actions',
      after: { action: 'a1', measure: 'block', target: '192.0.2.9', ttlMs: 3_600_000, reason: 'loud' },
    },
  ],
  approveAction: [
    async () => (await asAda('POST', '/api/v1/actions/a1/approve', { reason: 'sure' }))[0],
    { account: 'ada', target: 'actions/a1/approve', after: { status: 'applied', reason: 'sure' } },
  ],
  denyAction: [
    async () => (await asAda('POST', '/api/v1/actions/a1/deny'))[0],
    { account: 'ada', target: 'actions/a1/deny', after: { status: 'applied', reason: '' } },
  ],
  answerPlaybookRun: [
    async () => (await asAda('POST', '/api/v1/playbooks/runs/run-1/answer', { word: 'deny' }))[0],
    { account: 'ada', target: 'playbooks/runs/run-1/answer', after: { word: 'deny', reason: '' } },
  ],
  testDecoys: [
    async () => (await asAda('POST', '/api/v1/decoy-test'))[0],
    { account: 'ada', target: 'decoy-test', after: { running: true } },
  ],
  stopDecoy: [
    async () => (await asAda('POST', '/api/v1/decoys/ssh/stop'))[0],
    { account: 'ada', target: 'decoys/ssh/stop', before: { stopped: false }, after: { stopped: true } },
  ],
  startDecoy: [
    async () => (await asAda('POST', '/api/v1/decoys/off/start'))[0],
    { account: 'ada', target: 'decoys/off/start', before: { stopped: true }, after: { stopped: false } },
  ],
  takeTour: [
    async () => (await asAda('POST', '/api/v1/tour'))[0],
    { account: 'ada', target: 'tour', after: { on: true } },
  ],
  endTour: [
    async () => (await asAda('DELETE', '/api/v1/tour'))[0],
    { account: 'ada', target: 'tour', after: { on: false } },
  ],
  changeIncidentWork: [
    async () => (await onVersion('PATCH', '/api/v1/incidents/i1/work', { assignee: null }))[0],
    { account: 'ada', target: 'incidents/i1/work', after: { assignee: null } },
  ],
  noteIncident: [
    async () => (await asAda('POST', '/api/v1/incidents/i1/notes', { text: 'seen' }))[0],
    { account: 'ada', target: 'incidents/i1/notes', after: { version: 2 } },
  ],
  mergeIncident: [
    async () => (await onVersion('POST', '/api/v1/incidents/i1/merge', { into: 'i2', reason: 'the same' }))[0],
    { account: 'ada', target: 'incidents/i1/merge', after: { into: 'i2', reason: 'the same' } },
  ],
  changeUser: [
    async () => (await asAdmin('PATCH', '/api/v1/users/ada', { role: 'read-only' }))[0],
    { account: 'admin', target: 'users/ada', before: { role: 'analyst' }, after: { role: 'read-only' } },
  ],
  removeUser: [
    async () => (await asAdmin('DELETE', '/api/v1/users/ada'))[0],
    { account: 'admin', target: 'users/ada', before: { role: 'analyst' } },
  ],
  makePasswordReset: [
    async () => {
      await linkOf('/api/v1/users/ada/password-reset');
      return 201;
    },
    { account: 'admin', target: 'users/ada/password-reset', after: { expiresAt: expect.any(Number) } },
  ],
  endSecondFactorOf: [
    async () => {
      await confirm();
      return (await asAdmin('DELETE', '/api/v1/users/ada/second-factor'))[0];
    },
    { account: 'admin', target: 'users/ada/second-factor', before: { on: true }, after: { on: false } },
  ],
  invite: [
    async () => {
      await linkOf('/api/v1/invitations', { role: 'analyst' });
      return 201;
    },
    { account: 'admin', target: 'invitations', after: { id: expect.any(String), role: 'analyst' } },
  ],
  endInvitation: [
    async () => {
      await linkOf('/api/v1/invitations', { role: 'analyst' });
      const id = await firstIdOf('/api/v1/invitations', 'invitations');
      return (await asAdmin('DELETE', `/api/v1/invitations/${id}`))[0];
    },
    { account: 'admin', before: { role: 'analyst', by: 'admin' } },
  ],
  changeRule: [
    async () => (await asAda('PATCH', '/api/v1/rules/r1', { enabled: false, reason: 'noise' }))[0],
    {
      account: 'ada',
      target: 'rules/r1',
      before: { enabled: true },
      after: { enabled: false, reason: 'noise' },
    },
  ],
  putOwnRules: [
    async () => (await asAda('PUT', '/api/v1/own-rules/mine', { text: 'id: o1', reason: 'to try' }))[0],
    {
      account: 'ada',
      target: 'own-rules/mine',
      after: { version: 1, rules: 'o1', text: 'id: o1', sha256: expect.any(String), reason: 'to try' },
    },
  ],
  removeOwnRules: [
    async () => {
      await asAda('PUT', '/api/v1/own-rules/mine', { text: 'id: o1', reason: 'to try' });
      return (await onVersion('DELETE', '/api/v1/own-rules/mine?reason=noise', {}))[0];
    },
    {
      account: 'ada',
      target: 'own-rules/mine',
      before: { version: 1, rules: 'o1', text: 'id: o1', sha256: expect.any(String) },
      after: { reason: 'noise' },
    },
  ],
  writeException: [
    async () => {
      const body = { rules: ['r1'], where: { 'source.ip': ['192.0.2.1'] }, reason: 'our scanner' };
      return (await asAda('POST', '/api/v1/exceptions', body))[0];
    },
    {
      account: 'ada',
      target: 'exceptions',
      after: {
        id: expect.any(String),
        rules: 'r1',
        where: '{"source.ip":["192.0.2.1"]}',
        reason: 'our scanner',
      },
    },
  ],
  makeToken: [
    async () => {
      const [status, { secret }] = await asAda('POST', '/api/v1/tokens', { name: 'a report', role: 'read-only' });
      secrets.push(String(secret));
      return status;
    },
    {
      account: 'ada',
      target: 'tokens',
      after: { id: expect.any(String), name: 'a report', role: 'read-only', expiresAt: expect.any(Number) },
    },
  ],
  revokeToken: [
    async () => {
      await asAda('POST', '/api/v1/tokens', { name: 'a report', role: 'read-only' });
      const id = await firstIdOf('/api/v1/tokens', 'tokens');
      return (await asAdmin('DELETE', `/api/v1/tokens/${id}`))[0];
    },
    { account: 'admin', before: { name: 'a report', account: 'ada', role: 'read-only' } },
  ],
  signInProgram: [
    async () => {
      const [status, issued] = await signInProgram();
      secrets.push(String(issued['accessToken']), String(issued['refreshToken']));
      return status;
    },
    {
      account: 'ada',
      target: 'auth/token',
      after: { program: expect.any(String), name: 'a report', role: 'analyst', secondFactor: null },
    },
  ],
  endProgram: [
    async () => {
      const [, { program }] = await signInProgram();
      return (await asAdmin('DELETE', `/api/v1/auth/programs/${String(program)}`))[0];
    },
    { account: 'admin', before: { name: 'a report', account: 'ada', role: 'analyst' } },
  ],
  finishOpenId: [
    async () => {
      const begun = await p.h.call('POST', '/api/v1/session/openid');
      const { url } = (await begun.json()) as { url: string };
      const answer = await lab.visit(url);
      secrets.push(...new URLSearchParams(answer).getAll('code'));
      return (await p.ask('POST', '/api/v1/session/openid/finish', { cookie: cookieOf(begun), body: { answer } }))[0];
    },
    {
      account: 'eve',
      target: 'session/openid/finish',
      after: { session: expect.any(String), openId: 's-eve', role: 'analyst', isNew: true },
    },
  ],
  eraseData: [
    async () => (await asAdmin('POST', '/api/v1/erasures', { field: 'user.name', value: NEW }))[0],
    {
      account: 'admin',
      target: 'erasures',
      after: { field: 'user.name', value: 'sealed', events: 0, incidents: 0, recordings: 0, uploads: 0 },
    },
  ],
  changeConfiguration: [
    async () => (await asAdminOnVersion('PUT', '/api/v1/configuration', { text: 'logLevel: info', reason: 'more' }))[0],
    { account: 'admin', target: 'configuration', after: { version: 2, sections: 'logLevel', reason: 'more' } },
  ],
  restoreConfiguration: [
    async () => (await asAdminOnVersion('POST', '/api/v1/configuration/versions/1/restore', {}))[0],
    { account: 'admin', target: 'configuration/versions/1/restore' },
  ],
  rotateKeys: [
    async () => (await asAdmin('POST', '/api/v1/auth/keys/rotate', { endOld: true }))[0],
    { account: 'admin', target: 'auth/keys/rotate', after: { key: expect.any(String), endOld: true } },
  ],
};

/** The first account is made before any case here, and seen below. */
const changing = routes.filter(({ id, audit }) => id !== 'setUp' && (audit === 'with' || audit === 'after'));

describe.each(changing.map((route) => [route.id, route] as const))('%s', (id) => {
  it('is told of, once, with its change and without a secret', async () => {
    const found = CASES[id];
    if (found === undefined) throw new Error(`${id} has no case here: add one`);
    const [run, record] = found;
    const status = await run();
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(300);
    const { records } = await p.h.state.read.audit();
    const of = records.filter(({ action, seq }) => action === id && seq > 3);
    expect(of).toEqual([
      expect.objectContaining({ action: id, address: '127.0.0.1', at: expect.any(Number), ...record }),
    ]);
    for (const secret of secrets) expect(JSON.stringify(records)).not.toContain(secret);
    expect(p.errors).toEqual([]);
  });
});
