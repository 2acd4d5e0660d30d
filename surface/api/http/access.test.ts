/** Who may ask what: every route for every role, for nobody, for sessions that are over and for tokens that are made up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { needsSession, permissionOf } from './access.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

const clock = new ManualClock();
const cookies = new Map<string, string>();
let h: ApiHarness;
/** Of a program that the first account, an admin, has signed in. */
let accessToken: string;

/** Values for what stands in addresses; nothing of that name is there. */
const NOTHING: Readonly<Record<string, string>> = {
  ':name': 'nobody',
  ':session': 'ssh~none',
  ':address': '192.0.2.99',
  ':version': '7',
};

/** Whatever is wrong with the request, it is not who asks. */
const LET_IN = [200, 201, 202, 204, 400, 404, 409, 428];

function addressOf({ path }: Route): string {
  const id = /exceptions/.test(path) ? '3b241101-e2bb-4255-8caf-4136c566a962' : 'abcdefghijkl';
  return path.replace(/:\w+/g, (name) => (name === ':id' ? id : (NOTHING[name] ?? `no-sample-for-${name}`)));
}

async function statusOf(route: Route, cookie: string | undefined): Promise<number> {
  const body = route.method === 'GET' ? undefined : {};
  return (await h.call(route.method, addressOf(route), { cookie, body })).status;
}

beforeAll(async () => {
  h = await startApi({ clock });
  await h.setUp();
  const over = await h.signInAs('admin');
  clock.advance(2 * 86_400_000);
  for (const role of Role.options) cookies.set(role, await h.signInAs(role));
  const body = { name: 'admin', password: PASSWORD, program: 'a report', role: 'admin' };
  const signedIn = await h.call('POST', '/api/v1/auth/token', { body });
  accessToken = ((await signedIn.json()) as { accessToken: string }).accessToken;
  cookies.set('a session that is over', over);
  cookies.set('a token that is made up', `netsentinel-session=${'x'.repeat(43)}`);
});
afterAll(() => h.close());

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  it.each(Role.options)('for %s', async (role) => {
    const permission = permissionOf(route.access);
    const allowed = permission === undefined || mayDo(role, permission);
    const status = await statusOf(route, cookies.get(role));
    expect(allowed ? LET_IN : [403]).toContain(status);
    // Signing out ended it.
    if (route.id === 'signOut') cookies.set(role, await h.signInAs(role));
  });

  it.each([undefined, 'a session that is over', 'a token that is made up'])('for nobody: %s', async (who) => {
    const status = await statusOf(route, who === undefined ? undefined : cookies.get(who));
    expect(route.access === 'open' ? LET_IN : [401]).toContain(status);
  });
});

/** What programs show. */
const PROGRAMS: Readonly<Record<string, () => Promise<string>>> = {
  'a token': async () => {
    const body = { name: 'a program', role: 'admin', days: 1 };
    const made = await h.call('POST', '/api/v1/tokens', { cookie: cookies.get('admin'), body });
    return ((await made.json()) as { secret: string }).secret;
  },
  'a program that was signed in': async () => accessToken,
};

describe.each(Object.entries(PROGRAMS))('%s', (_, secretOf) => {
  it.each(routes.filter(({ access }) => needsSession(access)).map((route) => [route.id, route] as const))(
    'of an admin may not %s',
    async (_id, route) => {
      const headers = { authorization: `Bearer ${await secretOf()}` };
      const body = route.method === 'GET' ? undefined : {};
      const response = await h.call(route.method, addressOf(route), { headers, body });
      expect([response.status, await response.json()]).toMatchObject([
        403,
        { type: 'urn:netsentinel:problem:needs-session' },
      ]);
    },
  );
});

describe('declarations', () => {
  it('name each operation once, and every path parameter', () => {
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
    for (const route of routes) expect(addressOf(route)).not.toContain('no-sample-for');
  });

  it('ask for a permission of whoever changes something', () => {
    const free = routes.filter(({ method, access }) => method !== 'GET' && permissionOf(access) === undefined);
    expect(free.map(({ id }) => id)).toEqual([
      'signIn',
      'askKeyForSignIn',
      'signOut',
      'beginOpenId',
      'finishOpenId',
      'setUp',
      'join',
      'resetPassword',
      'changePassword',
      'beginSecondFactor',
      'confirmSecondFactor',
      'endSecondFactor',
      'beginSecurityKey',
      'addSecurityKey',
      'askOwnKey',
      'renameSecurityKey',
      'removeSecurityKey',
      'endSession',
      'endOtherSessions',
      'makeToken',
      'revokeToken',
      'signInProgram',
      'refreshProgram',
      'endProgram',
    ]);
  });

  it('let no token make or unmake a person, whatever its role', () => {
    const kept = routes.filter(({ access }) => needsSession(access) && permissionOf(access) !== undefined);
    expect(kept.map(({ id }) => id)).toEqual([
      'changeUser',
      'removeUser',
      'makePasswordReset',
      'endSecondFactorOf',
      'invite',
      'rotateKeys',
    ]);
  });
});
