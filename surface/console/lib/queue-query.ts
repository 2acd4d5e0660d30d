/** Which incidents the queue shows, as its address has it. */
import type { IncidentQuery } from './api.ts';

/** Empty: any. */
export const ANY = { status: '', scanner: '', assignee: 'any', score: '', text: '' };
export type Filters = typeof ANY;

export function queryOf(filters: Filters): IncidentQuery {
  const statuses = ['open', 'contained', 'closed', 'benign'] as const;
  const minScore = Number(filters.score);
  return {
    status: statuses.find((status) => status === filters.status),
    scanner: filters.scanner === 'only' || filters.scanner === 'none' ? filters.scanner : undefined,
    assignee: filters.assignee === 'any' ? undefined : filters.assignee.slice(0, 64),
    minScore: Number.isInteger(minScore) && minScore > 0 && minScore <= 100 ? minScore : undefined,
    text: filters.text.trim().toWellFormed(),
  };
}
