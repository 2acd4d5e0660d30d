import { expect, it } from 'vitest';
import type { Visit } from './sighting.ts';
import { WelcomeVisits } from './welcome-visits.ts';

function visit(over: Partial<Visit>): Visit {
  return {
    kind: 'visit',
    actorHash: 1,
    status: 200,
    query: '',
    path: '/',
    agent: 'Browser',
    stranger: undefined,
    ...over,
  } as Visit;
}

it('hands on what may matter: refusals, the first welcome after one, strangers, made-up queries', () => {
  const visits = new WelcomeVisits();
  expect(visits.isMoot(visit({}))).toBe(true);
  expect(visits.isMoot(visit({ status: 401 }))).toBe(false);
  expect(visits.isMoot(visit({ actorHash: 2 }))).toBe(true);
  expect(visits.isMoot(visit({}))).toBe(false);
  expect(visits.isMoot(visit({}))).toBe(true);
  expect(visits.isMoot(visit({ query: 'xkcdq' }))).toBe(false);
  expect(visits.isMoot(visit({ stranger: { target: '192.0.2.1', port: 443, host: 'example.org', size: 3 } }))).toBe(
    false,
  );
});

it('keeps nothing back that it cannot know of, where more are refused than it remembers', () => {
  const visits = new WelcomeVisits();
  for (let actorHash = 0; actorHash <= 10_000; actorHash++) visits.isMoot(visit({ actorHash, status: 403 }));
  expect(visits.isMoot(visit({ actorHash: 5 }))).toBe(false);
});
