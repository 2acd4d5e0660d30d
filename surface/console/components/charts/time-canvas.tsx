'use client';
/** The drawing of a chart over time; `time-chart.tsx` fetches it when the first one is shown. */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartData,
  type ChartOptions,
} from 'chart.js';
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Chart as Drawn } from 'react-chartjs-2';
import { seriesColour, useColours } from '../../lib/colours.ts';
import { exactTime } from '../../lib/format.ts';
import { bucketLabel, type TimeChartProps } from './series.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export default function TimeCanvas(props: TimeChartProps) {
  const { label, times, stepMs, series, kind = 'bars', stacked = false, say, onBrush } = props;
  const colour = useColours();
  const chart = useRef<Chart>(null);
  const [text, line] = [colour('dim'), colour('line')];
  const data = useMemo<ChartData>(
    () => ({
      labels: times.map((at) => bucketLabel(at, stepMs)),
      datasets: series.map(({ name, values, colour: own }, i) => {
        const drawn = colour(own ?? seriesColour(i));
        return {
          label: name,
          data: values.map((v) => v ?? null),
          backgroundColor: drawn,
          borderColor: drawn,
          borderWidth: kind === 'lines' ? 2 : 0,
          pointRadius: times.length === 1 ? 3 : 0,
          tension: 0.25,
          categoryPercentage: 0.92,
          barPercentage: 0.95,
        };
      }),
    }),
    // `text` stands for the theme: the colours are others with it.
    [times, stepMs, series, kind, colour, text],
  );
  const options = useMemo<ChartOptions>(
    () => ({
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { stacked, grid: { display: false }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 18 } },
        y: {
          stacked,
          beginAtZero: true,
          border: { display: false },
          grid: { color: line },
          ticks: {
            color: text,
            maxTicksLimit: 5,
            ...(say === undefined ? { precision: 0 } : { callback: (v: string | number) => say(Number(v)) }),
          },
        },
      },
      plugins: {
        tooltip: {
          filter: (item) => item.parsed.y !== 0,
          callbacks: {
            title: ([first]) => (first === undefined ? '' : exactTime(times[first.dataIndex] ?? 0)),
            label: ({ dataset, parsed }) =>
              `${dataset.label ?? ''}: ${say === undefined ? (parsed.y ?? 0).toLocaleString() : say(parsed.y ?? 0)}`,
          },
        },
      },
    }),
    [stacked, text, line, say, times],
  );
  const bucketAt = (x: number): number => {
    const index = chart.current?.scales['x']?.getValueForPixel(x) ?? 0;
    return Math.min(Math.max(0, Math.round(index)), times.length - 1);
  };
  const picture = (
    <Drawn
      ref={chart}
      type={kind === 'bars' ? 'bar' : 'line'}
      data={data}
      options={options}
      role="img"
      aria-label={label}
    />
  );
  if (onBrush === undefined) return picture;
  return (
    <Brush
      label={label}
      buckets={times.length}
      bucketAt={bucketAt}
      pixelOf={(i) => chart.current?.scales['x']?.getPixelForValue(i) ?? 0}
      onMarked={(first, last) => onBrush(times[first]!, times[last]! + stepMs)}
    >
      {picture}
    </Brush>
  );
}

function Brush(props: {
  readonly label: string;
  readonly buckets: number;
  readonly bucketAt: (x: number) => number;
  readonly pixelOf: (bucket: number) => number;
  readonly onMarked: (first: number, last: number) => void;
  readonly children: React.ReactNode;
}) {
  const { buckets, bucketAt, pixelOf, onMarked } = props;
  const [marked, setMarked] = useState<readonly [start: number, end: number]>();
  const isDragging = useRef(false);
  const at = (e: PointerEvent<HTMLElement>): number =>
    bucketAt(e.clientX - e.currentTarget.getBoundingClientRect().left);
  const done = (): void => {
    isDragging.current = false;
    if (marked !== undefined && buckets > 0) onMarked(Math.min(...marked), Math.max(...marked));
    setMarked(undefined);
  };
  const onKey = (e: KeyboardEvent): void => {
    const step = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
    if (step !== 0) {
      e.preventDefault();
      const [start, end] = marked ?? [buckets - 1, buckets - 1];
      const moved = Math.min(Math.max(0, end + step), buckets - 1);
      setMarked(e.shiftKey ? [start, moved] : [moved, moved]);
    } else if (e.key === 'Enter') done();
    else if (e.key === 'Escape') setMarked(undefined);
  };
  const [left, right] = marked === undefined ? [0, 0] : [pixelOf(Math.min(...marked)), pixelOf(Math.max(...marked))];
  return (
    <div
      className="brush"
      role="application"
      tabIndex={0}
      aria-label={props.label}
      aria-keyshortcuts="ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight Enter Escape"
      onKeyDown={onKey}
      onPointerDown={(e) => {
        if (e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        isDragging.current = true;
        setMarked([at(e), at(e)]);
      }}
      onPointerMove={(e) => {
        if (isDragging.current && marked !== undefined) setMarked([marked[0], at(e)]);
      }}
      onPointerUp={done}
      onPointerCancel={() => {
        isDragging.current = false;
        setMarked(undefined);
      }}
    >
      {props.children}
      {marked !== undefined && <span className="brushed" style={{ left: left - 4, width: right - left + 8 }} />}
    </div>
  );
}
