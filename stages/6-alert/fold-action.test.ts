import type { Action } from '@netsentinel/contracts/action';
import { Incident } from '@netsentinel/contracts/incident';
import { movesOf, STORY_START } from '@netsentinel/detect/test-moves';
import { describe, expect, it } from 'vitest';
import { foldAction } from './fold-action.ts';
import { attack, tell } from './tell.fixture.ts';

describe('actions in the story', () => {
  const [incident] = tell(movesOf(attack));
  const action = (status: Action['status'], id = 'act-1'): Action => ({
    id,
    incident: incident!.id,
    actor: incident!.actor,
    kind: 'block',
    target: incident!.actor,
    responder: 'nftables',
    reason: 'because',
    status,
    createdAt: STORY_START,
    expiresAt: STORY_START + 3_600_000,
    updatedAt: STORY_START + 20_000,
  });

  it.each([
    [['planned', 'applied', 'verified'], 'contained'],
    [['planned', 'simulated'], 'open'],
    [['planned', 'applied', 'expired'], 'open'],
    [['applied', 'reverted'], 'open'],
    [['applied', 'failed'], 'open'],
    [['planned', 'refused'], 'open'],
  ] as const)('after %j the incident is %s', (statuses, expected) => {
    let current = incident!;
    for (const status of statuses) current = foldAction(foldAction(current, action(status)), action(status));
    expect(current.status).toBe(expected);
    expect(current.timeline.filter((entry) => entry.kind === 'action')).toHaveLength(statuses.length);
    expect(current.actions).toEqual(['act-1']);
    expect(Incident.safeParse(current).error).toBeUndefined();
  });

  it('of a measure that leaves services within reach is told as what it is, and contains nobody', () => {
    const redirect = (status: Action['status'], id = 'act-2'): Action => ({
      ...action(status, id),
      measure: 'redirect',
    });
    const titles = (['planned', 'simulated', 'applied', 'verified', 'reverted'] as const).map(
      (status) => foldAction(incident!, redirect(status)).timeline.findLast(({ kind }) => kind === 'action')?.title,
    );
    expect(titles).toEqual([
      expect.stringMatching(/^Decided to redirect \S+ to a decoy until 2/),
      expect.stringMatching(/^Would have redirected \S+ to a decoy until .* \(simulation\)$/),
      expect.stringMatching(/^Redirected \S+ to a decoy until 2/),
      expect.stringMatching(/^Redirect of \S+ verified$/),
      expect.stringMatching(/^Redirect of \S+ taken back$/),
    ]);
    const held = foldAction(incident!, { ...action('applied'), measure: 'tarpit' });
    expect(held.timeline.at(-1)?.title).toMatch(/^Held \S+ in a tarpit until/);
    expect(held.status).toBe('contained');
    // Under a block that is in force, and ends.
    let current = foldAction(incident!, redirect('applied', 'act-0'));
    expect(current.status).toBe('open');
    current = foldAction(current, action('applied'));
    current = foldAction(current, redirect('applied'));
    expect(foldAction(current, redirect('expired')).status).toBe('contained');
    expect(foldAction(current, action('expired')).status).toBe('open');
    expect(current.actions).toEqual(['act-1', 'act-0', 'act-2']);
  });

  it('about another address is told, and holds nobody', () => {
    const elsewhere = foldAction(incident!, { ...action('verified'), target: '192.0.2.77' });
    expect(elsewhere.timeline.at(-1)?.title).toBe('Block of 192.0.2.77 verified');
    expect([elsewhere.status, elsewhere.heldBy]).toEqual(['open', undefined]);
    const around = foldAction(incident!, { ...action('verified'), target: '0.0.0.0/0' });
    expect([around.status, around.heldBy]).toEqual(['contained', ['act-1']]);
  });

  it.each([
    ['planned'],
    ['planned', 'refused'],
    ['planned', 'failed'],
    ['planned', 'awaiting-approval'],
    ['simulated'],
  ] as const)('one that was held by a block that ended is not held by a later one that is only %j', (...statuses) => {
    let current = foldAction(incident!, action('applied'));
    for (const status of statuses) current = foldAction(current, action(status, 'act-2'));
    expect([current.status, current.actions]).toEqual(['contained', ['act-1', 'act-2']]);
    expect(foldAction(current, action('expired')).status).toBe('open');
  });

  it('one is held as long as any block holds, also of an incident that an earlier release kept', () => {
    let current = foldAction(incident!, action('applied'));
    current = foldAction(foldAction(current, action('verified', 'act-2')), action('failed', 'act-2'));
    expect(current.status).toBe('contained');
    expect(foldAction(current, action('reverted')).status).toBe('open');
    const old = { ...incident!, status: 'contained' as const, actions: ['act-1'] };
    expect(foldAction(foldAction(old, action('planned', 'act-2')), action('expired')).status).toBe('open');
    expect(foldAction(foldAction(old, action('applied', 'act-2')), action('expired')).status).toBe('contained');
  });

  it('an older block that ends does not free one who is held by a newer', () => {
    let current = foldAction(incident!, action('applied'));
    current = foldAction(current, action('applied', 'act-2'));
    expect(foldAction(current, action('expired')).status).toBe('contained');
    expect(foldAction(current, { ...action('expired'), incident: 'other' })).toBe(current);
  });
});
