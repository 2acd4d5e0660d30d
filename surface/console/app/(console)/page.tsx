'use client';
/** The state of things at a glance. */
import { useCallback } from 'react';
import { TimeChart } from '../../components/charts/time-chart.tsx';
import { Failure } from '../../components/failure.tsx';
import { FirstSteps } from '../../components/first-steps.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Panel } from '../../components/panel.tsx';
import { RangeSelect } from '../../components/range-select.tsx';
import { Checklist } from '../../components/tour/checklist.tsx';
import { SilentSources } from '../../components/silent-sources.tsx';
import { api } from '../../lib/api.ts';
import { useLoaded } from '../../lib/hooks.ts';
import { useLive } from '../../lib/live.ts';
import { RANGES } from '../../lib/ranges.ts';
import { severityColour } from '../../lib/severity.ts';
import { timesOf } from '../../lib/time-series.ts';
import { oneOf, useView } from '../../lib/url-view.ts';
import { text } from '../../text/index.ts';

const DEFAULTS = { range: '24h' };

export default function OverviewPage() {
  const [view, change] = useView(DEFAULTS);
  const range = oneOf(view.range, RANGES);
  const load = useCallback(
    async () => ({
      series: await api.getSeries({ of: 'severity', range }),
      any: (await api.listIncidents({ limit: 1 })).incidents.length > 0,
    }),
    [range],
  );
  const { value, error, reload } = useLoaded(load);
  useLive('incident', reload, reload);
  return (
    <>
      <SilentSources />
      <PageHead title={text.overview.title}>
        <RangeSelect value={range} onChange={(chosen) => change({ range: chosen })} />
      </PageHead>
      <Failure words={error} />
      {value?.any === true && <Checklist />}
      {value?.any === false ? (
        <FirstSteps />
      ) : (
        value !== undefined && (
          <Panel title={text.overview.attacks}>
            <TimeChart
              label={text.overview.attacksLabel}
              times={timesOf(value.series)}
              stepMs={value.series.intervalMs}
              series={value.series.lines.map(({ key, points }) => ({
                name: key,
                values: points.map((v) => v ?? undefined),
                colour: severityColour(key),
              }))}
              stacked
            />
          </Panel>
        )
      )}
    </>
  );
}
