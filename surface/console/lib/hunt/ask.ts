/** What the page asks of the API for one question. */
import type { Event } from '@netsentinel/contracts/event';
import { api } from '../api.ts';
import { filtersOf, type HuntQuery } from './query.ts';
import { barsOf, intervalOf, type TimeRange } from './time-range.ts';

const PAGE_EVENTS = 200;
const TOP = 8;

/** A question with its time. */
export interface Selection {
  readonly from: string;
  readonly to: string;
  readonly filter?: readonly string[];
  readonly words?: string;
}

export interface EventPage {
  readonly events: readonly Event[];
  readonly next: string | undefined;
}

export interface Histogram {
  readonly times: readonly number[];
  readonly counts: readonly number[];
  readonly stepMs: number;
  readonly total: number;
}

export interface TopValues {
  readonly field: string;
  /** Null: events without it. */
  readonly values: readonly { readonly value: string | number | null; readonly count: number }[];
}

export function selectionOf(query: HuntQuery, { from, to }: TimeRange): Selection {
  return { from: String(from), to: String(to), ...filtersOf(query) };
}

export async function askEvents(
  selection: Selection,
  order: 'newest' | 'oldest',
  after: string | undefined,
  signal?: AbortSignal,
): Promise<EventPage> {
  const { events, next } = await api.listEvents(
    { ...selection, order, limit: PAGE_EVENTS, ...(after === undefined ? {} : { after }) },
    signal === undefined ? {} : { signal },
  );
  return { events: events, next };
}

export async function askHistogram(selection: Selection, range: TimeRange, signal: AbortSignal): Promise<Histogram> {
  const { interval, ms } = intervalOf(range);
  const { groups } = await api.countEvents({ ...selection, interval }, { signal });
  const { times, counts } = barsOf(range, ms, groups);
  return { times, counts, stepMs: ms, total: groups.reduce((sum, { count }) => sum + count, 0) };
}

/** One field after the other: an account may have few questions on their way. */
export async function askTop(
  selection: Selection,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly TopValues[]> {
  const all: TopValues[] = [];
  for (const field of fields) {
    const { groups } = await api.countEvents({ ...selection, by: field, top: TOP }, { signal });
    all.push({
      field,
      values: groups.map(({ keys: [key], count }) => ({
        value: typeof key === 'boolean' ? String(key) : (key ?? null),
        count,
      })),
    });
  }
  return all;
}
