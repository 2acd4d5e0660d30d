/** Pure: decoys as a page shows them. */
import type { CountEventsAnswer, ListDecoysAnswer } from '@netsentinel/client';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { DECOY_SENSOR } from '@netsentinel/contracts/own-sensors';
import type { Range } from './ranges.ts';

export type Decoy = ListDecoysAnswer['decoys'][number];
export type DecoyState = 'running' | 'stopped' | 'failing';

type Standing = Pick<Decoy, 'stopped' | 'healthy' | 'connections'> & { readonly listening?: boolean };

/** `listening` is left out by those that tell only whether it serves. */
export function stateOf({ stopped, healthy, listening = true }: Standing): DecoyState {
  if (stopped) return 'stopped';
  return healthy && listening ? 'running' : 'failing';
}

/** The decoys as of now: the list knows more, the live status knows it sooner. */
export function asOfNow<D extends Decoy>(decoy: D, status: PlatformStatus | undefined): D {
  const live = status?.decoys.find(({ id }) => id === decoy.id);
  if (live === undefined) return decoy;
  const { connections, healthy, stopped } = live;
  return { ...decoy, connections, stopped, healthy, listening: decoy.listening || (healthy && !stopped) };
}

export interface Machine {
  readonly persona: string;
  /** Empty where it has not named itself yet. */
  readonly host: string;
  readonly decoys: readonly Decoy[];
}

/** Decoys of one persona are one machine; its services by port. */
export function machinesOf(decoys: readonly Decoy[]): Machine[] {
  return [...Map.groupBy(decoys, ({ persona }) => persona)]
    .map(([persona, own]) => ({
      persona,
      host: own.find(({ host }) => host !== '')?.host ?? '',
      decoys: own.toSorted((a, b) => a.port - b.port || (a.id < b.id ? -1 : 1)),
    }))
    .toSorted((a, b) => (a.persona < b.persona ? -1 : 1));
}

const MINUTE = 60_000;
/** How long a time is, and by which intervals it is counted. */
export const SPANS: Readonly<
  Record<Range, { readonly spanMs: number; readonly stepMs: number; readonly interval: string }>
> = {
  '1h': { spanMs: 60 * MINUTE, stepMs: MINUTE, interval: '1m' },
  '24h': { spanMs: 24 * 60 * MINUTE, stepMs: 30 * MINUTE, interval: '30m' },
  '7d': { spanMs: 7 * 24 * 60 * MINUTE, stepMs: 180 * MINUTE, interval: '3h' },
  '30d': { spanMs: 30 * 24 * 60 * MINUTE, stepMs: 720 * MINUTE, interval: '12h' },
};

/** The intervals of a time that ends now, epoch milliseconds; the last one goes on. */
export function intervalsOf(
  range: Range,
  now: number,
): { readonly from: number; readonly to: number; readonly times: number[] } {
  const { spanMs, stepMs } = SPANS[range];
  const last = Math.floor(now / stepMs) * stepMs;
  const length = spanMs / stepMs;
  const times = Array.from({ length }, (_, i) => last - (length - 1 - i) * stepMs);
  return { from: times[0]!, to: now, times };
}

/** Counts by the first key and by time, one for each of these times. */
export function countsOver(
  { groups }: Pick<CountEventsAnswer, 'groups'>,
  times: readonly number[],
  keyOf: (key: string) => string | undefined = (key) => key,
): Map<string, number[]> {
  const places = new Map(times.map((at, i) => [at, i]));
  const counts = new Map<string, number[]>();
  for (const { keys, count } of groups) {
    const at = places.get(Number(keys.at(-1)));
    const key = typeof keys[0] === 'string' ? keyOf(keys[0]) : undefined;
    if (at === undefined || key === undefined) continue;
    const known = counts.get(key) ?? times.map(() => 0);
    known[at]! += count;
    counts.set(key, known);
  }
  return counts;
}

/** What our own decoys saw, as `countEvents` takes it: another honeypot's log may name a decoy as it likes. */
export function seenByDecoys(decoy?: string): string[] {
  return [
    `netsentinel.sensor.id:eq:${DECOY_SENSOR}`,
    ...(decoy === undefined ? [] : [`netsentinel.decoy.id:eq:${decoy}`]),
  ];
}

/** `ssh-login`, `sql-query`: what it is of the three that are drawn. */
export function moveOf(action: string): 'connect' | 'login' | 'command' | undefined {
  const name = action.slice(action.lastIndexOf('-') + 1);
  if (name === 'connect' || name === 'login') return name;
  return name === 'command' || name === 'query' ? 'command' : undefined;
}
