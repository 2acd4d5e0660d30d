import { expect, it } from 'vitest';
import type { SensorEvent } from './event.ts';
import { interactionOf } from './interaction.ts';
import { loginsOf } from './logins.ts';

const event = (more: Partial<SensorEvent>): SensorEvent => ({
  '@timestamp': '2026-11-21T10:00:00.000Z',
  event: { kind: 'event', dataset: 'x' },
  ...more,
});

const zeek = (success: unknown, outcome?: 'success' | 'failure') =>
  event({
    event: { kind: 'event', dataset: 'zeek.ssh', category: ['network'], ...(outcome === undefined ? {} : { outcome }) },
    zeek: { ssh: { auth: { success, attempts: 3 } } },
  });

it('takes a row of Zeek’s ssh.log for a login where Zeek could tell how it went', () => {
  expect(interactionOf(zeek(false, 'failure'))).toBe('login');
  expect(interactionOf(zeek(true, 'success'))).toBe('login');
  expect(interactionOf(zeek(undefined))).toBe('none');
  expect(interactionOf(event({ event: { kind: 'event', dataset: 'zeek.ssh', outcome: 'failure' } }))).toBe('none');
  // How often it tried within a connection says nothing: clients offer their keys one by one.
  expect(loginsOf(zeek(false, 'failure'))).toEqual([{ user: undefined, password: undefined, outcome: 'failure' }]);
});

it('tells every login of a session', () => {
  const session = (auth_attempts: unknown) =>
    loginsOf(
      event({
        event: { kind: 'event', dataset: 'heralding.session', outcome: 'failure' },
        user: { name: 'last' },
        netsentinel: { decoy: { id: 'd', type: 'ssh' }, credential: { password: 'p' } },
        heralding: { session: { auth_attempts } },
      }),
    );
  const one = { user: 'last', password: 'p', outcome: 'failure' };
  expect(
    session([{ username: 'root', password: 'a' }, { username: 'admin', password: null }, 'broken', { username: 5 }]),
  ).toEqual([
    { user: 'root', password: 'a', outcome: 'failure' },
    { user: 'admin', password: undefined, outcome: 'failure' },
    { user: undefined, password: undefined, outcome: 'failure' },
    { user: undefined, password: undefined, outcome: 'failure' },
  ]);
  expect(session([{ username: 'root', password: 'a' }])).toEqual([one]);
  expect(session('x')).toEqual([one]);
  expect(session(Array.from({ length: 500 }, () => ({ username: 'root', password: 'a' }))).length).toBe(64);
});
