'use client';
/** The state of things at a glance. */
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { TimeChart } from '../../components/charts/time-chart.tsx';
import { Failure } from '../../components/failure.tsx';
import { Counters } from '../../components/overview/counters.tsx';
import { Rankings, TopAttackers } from '../../components/overview/rankings.tsx';
import { SinceLast } from '../../components/overview/since-last.tsx';
import { ThreatPanel } from '../../components/overview/threat-panel.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Panel } from '../../components/panel.tsx';
import { RangeSelect } from '../../components/range-select.tsx';
import { OthersUnheard } from '../../components/others-unheard.tsx';
import { SilentSources } from '../../components/silent-sources.tsx';
import { readOverview, type Overview } from '../../lib/overview.ts';
import { duration } from '../../lib/format.ts';
import { useAttackNames, useLoaded, useNow } from '../../lib/hooks.ts';
import { useLive, useStatus } from '../../lib/live.ts';
import { RANGES } from '../../lib/ranges.ts';
import { useSession } from '../../lib/session.ts';
import { SEVERITIES, severityColour } from '../../lib/severity.ts';
import { timesOf } from '../../lib/time-series.ts';
import { oneOf, useView } from '../../lib/url-view.ts';
import { useAtMost } from '../../lib/use-at-most.ts';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import * as text from '../../text/index.ts';
import './overview.css';

/** For who is new here, so that nobody else waits for them. */
const FirstSteps = dynamic(async () => (await import('../../components/first-steps.tsx')).FirstSteps, { ssr: false });
const Checklist = dynamic(async () => (await import('../../components/tour/checklist.tsx')).Checklist, { ssr: false });

const words = text.overview;
const DEFAULTS = { range: '24h' };
/** While attacks pour in, the figures are asked for this often. */
const AGAIN_MS = 3_000;
/** The figures wait no longer for what may stand above them. */
const LATE_MS = 2_000;

export default function OverviewPage() {
  const [view, change] = useView(DEFAULTS);
  const range = oneOf(view.range, RANGES);
  const load = useCallback(() => readOverview(range), [range]);
  const { value, error, reload } = useLoaded(load);
  const again = useAtMost(reload, AGAIN_MS);
  useLive('incident', again, reload);
  const { isSettled, settle } = useSettled();
  return (
    <>
      <PageHead title={words.title}>
        <RangeSelect value={range} onChange={(chosen) => change({ range: chosen }, { remember: true })} />
      </PageHead>
      <SilentSources />
      <OthersUnheard />
      <Failure words={error} />
      {value === undefined ? (
        error === undefined && <p className="centre">{text.frame.loading}</p>
      ) : value.queue.incidents.length === 0 ? (
        <FirstSteps />
      ) : (
        <>
          <Checklist onSettled={settle} />
          {isSettled && <Figures value={value} />}
        </>
      )}
    </>
  );
}

/** Whether what stands above the figures is there, if it comes at all: it would push them down. */
function useSettled(): { readonly isSettled: boolean; readonly settle: () => void } {
  const status = useStatus();
  const [isChecked, setChecked] = useState(false);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return { isSettled: isLate || (isChecked && status !== undefined), settle: useCallback(() => setChecked(true), []) };
}

function Figures({ value }: { readonly value: Overview }) {
  const router = useRouter();
  const { role } = useSession();
  const names = useAttackNames();
  const now = useNow();
  const { summary, severity } = value;
  const lines = SEVERITIES.flatMap((name) => {
    const line = severity.lines.find(({ key }) => key === name);
    return line === undefined
      ? []
      : [{ name, values: line.points.map((v) => v ?? undefined), colour: severityColour(name) }];
  });
  const brush = mayDo(role, 'events:read')
    ? (from: number, to: number) => router.push(`/hunt/?from=${from}&to=${to}`)
    : undefined;
  return (
    <>
      <SinceLast incidents={value.queue.incidents} hasMore={value.queue.next !== undefined} actions={value.actions} />
      <div className="overview">
        <ThreatPanel threat={summary.threat} before={value.threat} />
        <Counters summary={summary} />
        {!summary.isWhole && <p className="dim">{words.notWhole}</p>}
        <Panel title={words.attacks} className="overview-attacks">
          <TimeChart
            label={words.attacksLabel}
            times={timesOf(severity)}
            stepMs={severity.intervalMs}
            series={lines}
            stacked
            {...(brush === undefined ? {} : { onBrush: brush })}
          />
        </Panel>
      </div>
      <div className="panels">
        <TopAttackers attackers={value.attackers} now={now} />
        <Rankings technique={value.technique} service={value.service} country={value.country} names={names} />
        <Times of={value.latency} title={words.latency} about={words.latencyAbout} label={words.latencyLabel} />
        <Times
          of={value.engagement}
          title={words.engagement}
          about={words.engagementAbout}
          label={words.engagementLabel}
          isSum
        />
      </div>
    </>
  );
}

function Times(props: {
  readonly of: Overview['latency'];
  readonly title: string;
  readonly about: string;
  readonly label: string;
  /** Whether the lines add up; otherwise they are shares of one. */
  readonly isSum?: boolean;
}) {
  const { of, title, about, label, isSum = false } = props;
  return (
    <Panel title={title}>
      <p className="dim">{about}</p>
      <TimeChart
        label={label}
        times={timesOf(of)}
        stepMs={of.intervalMs}
        series={of.lines.map(({ key, points }) => ({
          name: words.lines[key] ?? key,
          values: points.map((v) => v ?? undefined),
        }))}
        kind={isSum ? 'bars' : 'lines'}
        stacked={isSum}
        say={duration}
      />
    </Panel>
  );
}
