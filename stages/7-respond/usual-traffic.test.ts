import type { AggregateRow, EventAggregate, EventStore } from '@netsentinel/contracts/event-store';
import { describe, expect, it } from 'vitest';
import { blastRadius, UsualSources } from './usual-traffic.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const row = (count: number, ...keys: (string | number | null)[]): AggregateRow => ({ keys, count });

/** Answers by what the rows are grouped by. */
const store = (answers: Record<string, readonly AggregateRow[]>, asked: EventAggregate[] = []) =>
  ({
    aggregate: (aggregate: EventAggregate) => {
      asked.push(aggregate);
      const own = aggregate.where?.filters?.some(({ field, op }) => field === 'source.ip' && op !== 'exists') === true;
      const by = aggregate.by.map((group) => ('field' in group ? group.field : 'day')).join(' ');
      return Promise.resolve(answers[own ? `own ${by}` : by] ?? []);
    },
    query: () => Promise.resolve({ events: [{ '@timestamp': '2026-03-01T00:00:00.000Z' }] }),
  }) as unknown as EventStore;

describe('UsualSources', () => {
  it('knows the share of a network, and on how many days it was there', async () => {
    const usual = new UsualSources();
    expect(usual.of('198.18.5.5')).toBeUndefined();
    const asked: EventAggregate[] = [];
    await usual.refresh(
      store(
        {
          day: [row(600, 1), row(400, 2)],
          'day source.ip': [
            row(50, 1, '198.18.5.5'),
            row(150, 2, '198.18.5.5'),
            row(100, 1, '198.18.5.6'),
            row(9, 1, null),
          ],
        },
        asked,
      ),
      NOW,
      7,
    );
    expect(usual.of('198.18.5.5')).toEqual({ events: 200, share: 0.2, days: 2 });
    expect(usual.of('198.18.5.0/24')).toEqual({ events: 300, share: 0.3, days: 2 });
    expect(usual.of('198.18.6.6')).toBeUndefined();
    expect(usual.of('nonsense')).toBeUndefined();
    expect(asked[0]?.where).toMatchObject({ from: NOW - 7 * DAY, to: NOW });
    // What a decoy let in is no loss to anybody.
    expect(asked[0]?.where?.filters).toContainEqual({ field: 'netsentinel.decoy.id', op: 'exists', not: true });
  });
});

describe('blastRadius', () => {
  it('says how much, when last, and of whom', async () => {
    const events = store({
      day: [row(90, 1), row(10, 2)],
      'own day': [row(20, 1)],
      'own user.name': [row(15, 'alice'), row(5, null)],
      'own event.dataset': [row(20, 'sshd')],
      'own destination.port': [row(20, 22)],
    });
    expect(await blastRadius(events, '198.18.5.5', NOW, 7)).toEqual({
      target: '198.18.5.5',
      days: 7,
      onDays: 1,
      events: 20,
      ofAll: 100,
      lastSeen: Date.parse('2026-03-01T00:00:00.000Z'),
      accounts: [{ name: 'alice', events: 15 }],
      services: [
        { name: 'sshd', events: 20 },
        { name: 'port 22', events: 20 },
      ],
      addresses: [],
    });
    expect(await blastRadius(events, 'everyone', NOW, 7)).toBeUndefined();
  });

  it('asks one question after another', async () => {
    let [running, most, questions] = [0, 0, 0];
    const ask = async <T>(answer: T): Promise<T> => {
      questions++;
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return answer;
    };
    await blastRadius({ aggregate: () => ask([]), query: () => ask({ events: [] }) }, '198.18.5.0/24', NOW, 7);
    expect([questions, most]).toEqual([7, 1]);
  });
});
