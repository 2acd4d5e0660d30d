/** All that the overview asks of the platform; `bench api` asks the same. */
import type { GetSeriesAnswer, GetSummaryAnswer, ListAttackersAnswer, ListIncidentsAnswer } from '@netsentinel/client';
import type { Action } from '@netsentinel/contracts/action';
import { api } from './api.ts';
import type { Range } from './ranges.ts';

const OF = ['severity', 'technique', 'service', 'country', 'latency', 'engagement', 'threat'] as const;

export type Overview = Readonly<Record<(typeof OF)[number], GetSeriesAnswer>> & {
  readonly summary: GetSummaryAnswer;
  readonly queue: ListIncidentsAnswer;
  readonly attackers: ListAttackersAnswer['attackers'];
  readonly actions: readonly Action[];
};

export async function readOverview(range: Range): Promise<Overview> {
  const [summary, queue, { attackers }, { actions }, ...series] = await Promise.all([
    api.getSummary(),
    api.listIncidents({ limit: 50 }),
    api.listAttackers({ order: 'score', limit: 10 }),
    api.listActions({}),
    ...OF.map((of) => api.getSeries({ of, range })),
  ] as const);
  const bySeries = Object.fromEntries(OF.map((of, i) => [of, series[i]])) as Record<
    (typeof OF)[number],
    GetSeriesAnswer
  >;
  return { summary, queue, attackers, actions, ...bySeries };
}
