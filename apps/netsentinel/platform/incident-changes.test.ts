import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { noteIncident } from '@netsentinel/alert/note';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeState, FakeStream, HOUR, login, NOW, startAnalysis, stopAnalysis } from './analysis.fixture.ts';

afterEach(stopAnalysis);

describe('changes to incidents that do not come from their attackers', () => {
  it('brings the enforcer’s word and a person’s word into the incident', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, planned, settled, told } = await startAnalysis(stream, state);
    stream.feed(login('success'));
    await settled(1);
    const closed = (one: Incident): Incident => ({ ...one, status: 'closed', version: one.version + 1 });
    const applied: Action = { ...planned[0]!, status: 'applied', updatedAt: NOW + 5 };
    await running.actionsChanged([applied], (tx) => tx.putAction(applied));
    expect(state.actions.get(applied.id)?.status).toBe('applied');
    await running.actionsChanged([applied]);
    state.failures = 1;
    await expect(running.actionsChanged([{ ...applied, status: 'verified' }])).rejects.toThrow('disk full');
    const id = applied.incident;
    expect(state.incidents.get(id)!.status).toBe('contained');
    expect(state.incidents.get(id)!.timeline.filter((entry) => entry.title.startsWith('Blocked'))).toHaveLength(1);
    expect(told.at(-1)!.status).toBe('contained');
    expect(await running.changeIncident('inc-unknown', closed)).toBeUndefined();
    expect((await running.changeIncident(id, closed))?.status).toBe('closed');
    stream.feed(login('success', { atMs: NOW + 60_000 }));
    await settled(2);
    expect([...state.incidents.values()].map((one) => one.status)).toEqual(['closed', 'open']);
    // The first block is in force still.
    expect(planned).toHaveLength(1);
  });

  it('closes an incident that was quiet for long when its attacker comes back', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { settled } = await startAnalysis(stream, state, { closeAfterMs: 60_000 });
    stream.feed(login('failure'), login('failure', { atMs: NOW + 61_000 }));
    await settled(2);
    expect([...state.incidents.values()].map((one) => [one.status, one.counts.failures])).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
    const [old, young] = [...state.incidents.values()];
    expect(old?.timeline.at(-1)).toMatchObject({ title: 'Closed', time: NOW + 61_000 });
    expect(old?.timeline.at(-1)?.detail).toContain(young?.id);
  });

  it('closes quiet incidents whose attackers stay away, and says so', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const first = await startAnalysis(stream, state, { closeAfterMs: HOUR });
    stream.feed(...['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => login('failure', { ip })));
    stream.feed(login('failure', { ip: '192.0.2.4', atMs: NOW + HOUR }));
    await first.settled(4);
    first.clock.advance(HOUR - 1);
    expect(await first.analysis.closeQuiet(2)).toBe(0);
    first.clock.advance(1);
    const before = first.told.length;
    expect(await first.analysis.closeQuiet(2)).toBe(2);
    expect(first.told.slice(before).map(({ status }) => status)).toEqual(['closed', 'closed']);
    await first.analysis.stop();
    // What the sweep has left over is closed by the next process.
    const second = await startAnalysis(stream, state, { closeAfterMs: HOUR, clock: first.clock });
    expect(await second.analysis.closeQuiet(2)).toBe(1);
    expect(await second.analysis.closeQuiet(2)).toBe(0);
    const all = [...state.incidents.values()];
    expect(all.map(({ status }) => status)).toEqual(['closed', 'closed', 'closed', 'open']);
    for (const one of all.slice(0, 3))
      expect(one.timeline.at(-1)).toEqual({
        time: NOW + HOUR,
        kind: 'status',
        title: 'Closed',
        detail: 'Quiet for 60 minutes',
      });
    // Whoever comes back has a new one.
    stream.feed(login('failure', { ip: '192.0.2.1', atMs: NOW + HOUR }));
    await second.settled(1);
    expect(state.incidents.size).toBe(5);
  });

  it('does not close what is being read in from old records', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, clock, settled } = await startAnalysis(stream, state);
    stream.feed(login('failure', { atMs: NOW - 100 * HOUR }));
    await settled(1);
    expect(await running.closeQuiet(10)).toBe(0);
    clock.advance(HOUR);
    expect(await running.closeQuiet(10)).toBe(1);
  });

  it('leaves the word of a person alone', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, clock, settled } = await startAnalysis(stream, state);
    stream.feed(login('failure'));
    await settled(1);
    await running.changeIncident([...state.incidents.keys()][0]!, (one) => ({ ...one, status: 'benign' }));
    clock.advance(100 * HOUR);
    expect(await running.closeQuiet(10)).toBe(0);
  });

  it('plans no block while a playbook has the attacker end at decoys, and one at the next move after that', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, planned, settled } = await startAnalysis(stream, state);
    stream.feed(login('failure'));
    await settled(1);
    const [{ id, actor }] = [...state.incidents.values()] as [Incident];
    const redirect: Action = {
      id: 'act-of-a-playbook',
      incident: id,
      actor,
      kind: 'block',
      measure: 'redirect',
      target: actor,
      responder: 'nftables',
      reason: 'playbook p',
      status: 'planned',
      createdAt: NOW,
      expiresAt: NOW + HOUR,
      updatedAt: NOW,
    };
    await running.carryOut(id, (incident) =>
      Promise.resolve({ incident, planned: [redirect], write: () => Promise.resolve() }),
    );
    stream.feed(login('success', { atMs: NOW + 1000 }));
    await settled(2);
    expect(planned).toEqual([]);
    await running.actionsChanged([{ ...redirect, status: 'refused', updatedAt: NOW + 2000 }]);
    stream.feed(login('failure', { atMs: NOW + 3000 }));
    await settled(3);
    expect(planned).toMatchObject([{ target: actor, incident: id }]);
  });

  it('brings a playbook’s step into the incident, with what it plans, or nothing of it', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, planned, settled, told } = await startAnalysis(stream, state);
    stream.feed(login('success'));
    await settled(1);
    const [first] = planned;
    const id = first!.incident;
    const action: Action = { ...first!, id: 'act-of-a-playbook', playbook: { id: 'p', run: 'run-1' } };
    const step = (incident: Incident | undefined) =>
      Promise.resolve({
        incident: noteIncident(incident!, { at: NOW, text: 'Seen.', detail: 'Playbook p', mark: 'run-1:1' }),
        planned: [action],
        write: () => Promise.resolve(),
      });
    state.failures = 1;
    await expect(running.carryOut(id, step)).rejects.toThrow('disk full');
    expect(state.actions.has(action.id)).toBe(false);
    await running.carryOut(id, step);
    await running.carryOut(id, step);
    const { timeline, actions } = state.incidents.get(id)!;
    expect(timeline.filter(({ kind }) => kind === 'playbook').map(({ title }) => title)).toEqual(['Seen.']);
    expect(actions).toContain(action.id);
    expect(told.at(-1)!.version).toBe(state.incidents.get(id)!.version);
    // The next move of the attacker knows of the note and of the block.
    stream.feed(login('failure', { atMs: NOW + 1000 }));
    await settled(2);
    expect(state.incidents.get(id)!.timeline.filter(({ kind }) => kind === 'playbook')).toHaveLength(1);
    const before = told.length;
    await running.carryOut(id, () => Promise.resolve(undefined));
    let missing: unknown = 'not asked';
    await running.carryOut('inc-unknown', (incident) => {
      missing = incident;
      return Promise.resolve(undefined);
    });
    expect([missing, told.length]).toEqual([undefined, before]);
  });
});
