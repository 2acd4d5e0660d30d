'use client';
/** Values over time: drawn once the page stands, changed in place, and to be had as a table. */
import dynamic from 'next/dynamic';
import { useState } from 'react';
import * as text from '../../text/index.ts';
import { exactTime, isoTime } from '../../lib/format.ts';
import { bucketLabel, type TimeChartProps } from './series.ts';

const words = text.parts;

/** The library weighs more than a page: it is fetched when the first chart stands. */
const Canvas = dynamic(() => import('./time-canvas.tsx'), {
  ssr: false,
  loading: () => <p className="chart-wait dim">{words.loadingChart}</p>,
});

export function TimeChart(props: TimeChartProps) {
  const [isTable, setTable] = useState(false);
  // A line at zero says something; bars of nothing do not.
  const isNothing = (v: number | undefined): boolean => v === undefined || (v === 0 && props.kind !== 'lines');
  const isEmpty = props.series.every(({ values }) => values.every(isNothing));
  return (
    <figure className="chart">
      {isTable ? (
        <ChartTable {...props} />
      ) : (
        <div className="chart-canvas">
          <Canvas {...props} />
          {isEmpty && <p className="chart-empty dim">{words.nothingInRange}</p>}
        </div>
      )}
      <figcaption className="chart-foot">
        {props.series.length > 1 && !isTable && (
          <ul className="legend">
            {props.series.map(({ name, colour }, i) => (
              <li key={name}>
                <span className="swatch" style={{ background: `var(--${colour ?? `series-${(i % 8) + 1}`})` }} /> {name}
              </li>
            ))}
          </ul>
        )}
        <button className="quiet small" type="button" onClick={() => setTable(!isTable)}>
          {isTable ? words.chartAsPicture : words.chartAsTable}
        </button>
      </figcaption>
    </figure>
  );
}

function ChartTable({ label, times, stepMs, series, say = String }: TimeChartProps) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="records numbers">
        <caption className="unseen">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            {series.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((at, i) => (
            <tr key={at}>
              <th scope="row">
                <time dateTime={isoTime(at)} title={exactTime(at)}>
                  {bucketLabel(at, stepMs)}
                </time>
              </th>
              {series.map(({ name, values }) => (
                <td key={name}>{values[i] === undefined ? '–' : say(values[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
