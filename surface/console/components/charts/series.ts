import type { ColourName } from '../../lib/colours.ts';

/** What a chart over time shows. */
export interface Series {
  readonly name: string;
  /** One for each time, in their order; undefined: not known. */
  readonly values: readonly (number | undefined)[];
  /** By default one of a row of colours. */
  readonly colour?: ColourName;
}

export interface TimeChartProps {
  /** What is shown, for who cannot see it. */
  readonly label: string;
  /** Epoch milliseconds at which each bucket begins, ascending. */
  readonly times: readonly number[];
  /** How long a bucket is, in milliseconds. */
  readonly stepMs: number;
  readonly series: readonly Series[];
  readonly kind?: 'bars' | 'lines';
  /** Whether the series add up to a whole. */
  readonly stacked?: boolean;
  /** How a value is written; by default as a number. */
  readonly say?: (value: number) => string;
  /** A stretch of time was marked with the pointer, or with the arrow keys and Enter: from, and to (exclusive), epoch milliseconds. */
  readonly onBrush?: (from: number, to: number) => void;
}

/** The label of a bucket: the clock within a day, the date beyond. */
export function bucketLabel(at: number, stepMs: number): string {
  const options: Intl.DateTimeFormatOptions =
    stepMs >= 86_400_000
      ? { month: 'short', day: 'numeric' }
      : stepMs >= 3_600_000
        ? { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : stepMs >= 60_000
          ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
          : { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  return new Date(at).toLocaleString([], options);
}
