'use client';
/** Events a second, as they come: a line of the last minutes. */
import type { MetricsPoint } from '@netsentinel/contracts/live';
import { useCallback, useState } from 'react';
import { useLive } from '../../lib/live.ts';
import * as text from '../../text/index.ts';

const words = text.live;
/** Points that are drawn; one comes each second. */
const POINTS = 120;
const HEIGHT = 36;

/** Nothing before the first figure. */
export function Rate() {
  const [points, setPoints] = useState<readonly number[]>([]);
  const take = useCallback(
    ({ eventsPerSecond }: MetricsPoint) => setPoints((old) => [...old.slice(1 - POINTS), eventsPerSecond]),
    [],
  );
  useLive('metrics', take);
  const now = points.at(-1);
  const most = Math.max(0, ...points);
  const say = (n: number): string => n.toLocaleString([], { maximumFractionDigits: n < 10 ? 1 : 0 });
  return (
    <div className="live-rate">
      <p>
        <span className="live-rate-now">{now === undefined ? '–' : say(now)}</span>
        <span className="dim">{words.rate}</span>
      </p>
      <svg
        viewBox={`0 0 ${POINTS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.rateLabel(say(now ?? 0), say(most), points.length)}
      >
        <path className="live-rate-area" d={pathOf(points, most, true)} />
        <path className="live-rate-line" d={pathOf(points, most, false)} />
      </svg>
      <p className="dim live-rate-most">{now !== undefined && words.rateMost(say(most))}</p>
    </div>
  );
}

/** The last point is at the right end. */
function pathOf(points: readonly number[], most: number, isClosed: boolean): string {
  if (points.length === 0) return '';
  const x = (i: number): number => POINTS - points.length + i + 0.5;
  const y = (value: number): string => (HEIGHT - 2 - (value / Math.max(1, most)) * (HEIGHT - 6)).toFixed(1);
  const line = points.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(value)}`).join('');
  return isClosed ? `${line}L${x(points.length - 1)} ${HEIGHT}L${x(0)} ${HEIGHT}Z` : line;
}
