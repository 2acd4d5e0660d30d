import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { coverageOf } from './attack-use.ts';

const NOW = Date.UTC(2026, 10, 22, 18, 30);
const HOUR = 3_600_000;
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi({
    clock: new ManualClock(NOW),
    attackBook: {
      technique: (id) =>
        id === 'T1110' ? { name: 'Brute Force', description: 'They guess.', tactics: ['TA0006'] } : undefined,
      behaviours: new Set(),
      detections: [],
    },
  });
  cookie = await h.setUp();
  await h.state.transaction(async (tx) => {
    const techniques = ['T1110.001', 'T1078'];
    await tx.putIncident(sampleIncident('i1', NOW - 60_000, { actor: '203.0.113.1', techniques }));
    await tx.putIncident(sampleIncident('i2', NOW - 120_000, { actor: '203.0.113.1', techniques: ['T1110.001'] }));
    await tx.putIncident(sampleIncident('i3', NOW - 30 * HOUR, { actor: '203.0.113.2', techniques: ['T1046'] }));
  });
});
afterAll(() => h.close());

async function ask(path: string): Promise<[status: number, answer: Record<string, unknown>]> {
  const response = await h.call('GET', `/api/v1/attack${path}`, { cookie });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe('techniques', () => {
  it('are counted by the incidents of the time that showed them', async () => {
    const hit = { incidents: 1, attackers: 1, lastSeen: NOW - 60_000 };
    const [status, answer] = await ask('/hits?range=24h');
    expect([status, answer['techniques'], answer['isWhole']]).toEqual([
      200,
      [
        { id: 'T1078', ...hit },
        { id: 'T1110', ...hit, incidents: 2 },
        { id: 'T1110.001', ...hit, incidents: 2 },
      ],
      true,
    ]);
    const [, week] = await ask('/hits?range=7d');
    expect(week['techniques']).toContainEqual({ id: 'T1046', incidents: 1, attackers: 1, lastSeen: NOW - 30 * HOUR });
  });

  it('are described, and one that there is not says where they are listed', async () => {
    expect(await ask('/techniques/T1110')).toEqual([
      200,
      { id: 'T1110', name: 'Brute Force', description: 'They guess.', tactics: ['TA0006'] },
    ]);
    const [status, problem] = await ask('/techniques/T9');
    expect([status, problem['detail']]).toEqual([404, expect.stringContaining('GET /api/v1/attack')]);
  });

  it('hold what is of those below them, once', () => {
    const rule = { techniques: ['T1110.001', 'T1110.003'], enabled: true };
    expect(coverageOf([rule], []).map(({ id, rules }) => [id, rules])).toEqual([
      ['T1110', 1],
      ['T1110.001', 1],
      ['T1110.003', 1],
    ]);
  });

  it('are covered by rules that are on and whole, and by what needs none', () => {
    const rule = { techniques: ['T1110', 'T1110'], enabled: true };
    const detection = { id: 'guessing', title: 'Guessing', techniques: ['T1110', 'T1078'] };
    expect(coverageOf([rule, { ...rule, enabled: false }, { ...rule, problem: 'x' }], [detection])).toEqual([
      { id: 'T1078', rules: 0, off: 0, detections: [{ id: 'guessing', title: 'Guessing' }] },
      { id: 'T1110', rules: 1, off: 2, detections: [{ id: 'guessing', title: 'Guessing' }] },
    ]);
  });
});
