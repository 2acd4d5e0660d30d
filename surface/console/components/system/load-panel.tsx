'use client';
/** What the platform takes in, as it happens. */
import type { MetricsPoint } from '@netsentinel/contracts/live';
import { useCallback, useState } from 'react';
import { useLive } from '../../lib/live.ts';
import * as text from '../../text/index.ts';
import { TimeChart } from '../charts/time-chart.tsx';
import { Empty, Panel } from '../panel.tsx';

const words = text.system;
/** Five minutes of them, a point a second. */
const MAX_POINTS = 300;

export function LoadPanel() {
  const [points, setPoints] = useState<readonly MetricsPoint[]>([]);
  useLive(
    'metrics',
    useCallback((point: MetricsPoint) => setPoints((was) => [...was.slice(1 - MAX_POINTS), point]), []),
  );
  return (
    <Panel title={words.load}>
      {points.length < 2 ? (
        <Empty title={words.loadWaits} />
      ) : (
        <TimeChart
          label={words.loadLabel}
          times={points.map(({ at }) => at)}
          stepMs={1_000}
          kind="lines"
          series={[
            { name: words.lines.events, values: points.map((p) => p.eventsPerSecond) },
            { name: words.lines.connections, values: points.map((p) => p.decoyConnections) },
          ]}
        />
      )}
    </Panel>
  );
}
