/** The terminal, browsers and the status hear of each incident and action, and of an incident once as new. */
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { FromPlatform } from '@netsentinel/contracts/process';
import { expect, it } from 'vitest';
import { createAnnouncements } from './announcements.ts';

it('tells of an incident as new once, and of what becomes of it to all', () => {
  const heard: string[] = [];
  const sent: FromPlatform[] = [];
  const listener = (name: string) => ({
    incident: ({ id }: IncidentSummary) => void heard.push(`${name} ${id}`),
    action: ({ id }: Action) => void heard.push(`${name} ${id}`),
  });
  const { onIncident, onAction } = createAnnouncements(
    () => listener('live'),
    listener('board'),
    { take: ({ id }) => void heard.push(`blocklist ${id}`) },
    (message) => void sent.push(message),
  );
  const incident = { id: 'inc-1', title: 'SSH probe', severity: 'medium', score: 40 } as IncidentSummary;
  onIncident(incident);
  onIncident(incident);
  onAction({ id: 'a-1', target: '192.0.2.7', status: 'applied', expiresAt: 9 } as Action);
  expect(heard).toEqual([
    'live inc-1',
    'board inc-1',
    'live inc-1',
    'board inc-1',
    'blocklist a-1',
    'live a-1',
    'board a-1',
  ]);
  expect(sent).toMatchObject([
    { t: 'incident', id: 'inc-1', isNew: true },
    { t: 'incident', id: 'inc-1', isNew: false },
    { t: 'action', id: 'a-1', target: '192.0.2.7', status: 'applied', expiresAt: 9 },
  ]);
  expect(sent[2]).not.toHaveProperty('detail');
  onAction({ id: 'a-2', measure: 'redirect', target: '192.0.2.7', status: 'applied', expiresAt: 9 } as Action);
  expect(FromPlatform.parse(sent[3])).toMatchObject({ id: 'a-2', measure: 'redirect' });
});
