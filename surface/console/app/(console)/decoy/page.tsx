'use client';
/** One decoy: what it shows of itself, what happened there, and how it is set. */
import { Link } from '../../../components/link.tsx';
import { useCallback } from 'react';
import { TimeChart } from '../../../components/charts/time-chart.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Detectability } from '../../../components/decoys/detectability.tsx';
import { DecoyFigures } from '../../../components/decoys/decoy-figures.tsx';
import { DecoySessions } from '../../../components/decoys/decoy-sessions.tsx';
import { DecoySettings } from '../../../components/decoys/decoy-settings.tsx';
import { DecoyStateBadge } from '../../../components/decoys/state-badge.tsx';
import { SwitchDecoy } from '../../../components/decoys/switch-decoy.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { RangeSelect } from '../../../components/range-select.tsx';
import { api } from '../../../lib/api.ts';
import { asOfNow, countsOver, intervalsOf, moveOf, seenByDecoys, SPANS, stateOf } from '../../../lib/decoys.ts';
import { visible } from '../../../lib/format.ts';
import { useLoaded } from '../../../lib/hooks.ts';
import { useLive, useStatus } from '../../../lib/live.ts';
import { RANGES, type Range } from '../../../lib/ranges.ts';
import { useMay } from '../../../lib/session.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import { useAtMost } from '../../../lib/use-at-most.ts';
import * as text from '../../../text/index.ts';
import '../../listing.css';
import '../decoys/decoys.css';

const words = text.decoys;
const DEFAULTS = { id: '', range: '24h', play: '' };
const AGAIN_MS = 5_000;
const MAX_ACTIONS = 32;
const LINES = ['connect', 'login', 'command'] as const;

export default function DecoyPage() {
  const [view, change] = useView(DEFAULTS);
  const range = oneOf(view.range, RANGES);
  return (
    <DecoyView
      key={view.id}
      id={view.id}
      range={range}
      onRange={(chosen) => change({ range: chosen }, { remember: true })}
      playing={view.play}
      onPlay={(session) => change({ play: session })}
    />
  );
}

function DecoyView(props: {
  readonly id: string;
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  readonly playing: string;
  readonly onPlay: (session: string) => void;
}) {
  const { id, range } = props;
  const { value, error, reload } = useLoaded(useCallback(() => api.getDecoy({ id }), [id]));
  const status = useStatus();
  const maySee = useMay('events:read');
  const crumbs = (
    <nav className="crumbs">
      <Link href="/decoys/">{words.all}</Link> / <code>{visible(id)}</code>
    </nav>
  );
  if (value === undefined)
    return (
      <>
        {crumbs}
        <Failure words={error} />
        {error === undefined && <p className="centre">{text.frame.loading}</p>}
      </>
    );
  const decoy = asOfNow(value, status);
  const state = stateOf(decoy);
  const where = `${decoy.address}:${decoy.port}/${decoy.transport}`;
  return (
    <>
      {crumbs}
      <PageHead
        title={visible(decoy.id)}
        about={
          <>
            <DecoyStateBadge state={state} /> {visible(`${decoy.product} ${decoy.version}`)}
          </>
        }
      >
        {maySee && <RangeSelect value={range} onChange={props.onRange} />}
        <SwitchDecoy decoy={decoy} onChange={reload} />
      </PageHead>
      <Failure words={error} />
      {state === 'failing' && <p className="notice bad">{words.failingHelp}</p>}
      <div className="decoys-detail">
        {maySee ? <Happened id={id} range={range} /> : <p className="dim">{words.mayNotEvents}</p>}
        {maySee && <DecoySessions decoy={decoy} playing={props.playing} onPlay={props.onPlay} />}
        <div className="panels">
          <Panel title={words.scanner} tools={<CopyButton value={where} label={words.copyAddress} />}>
            <dl className="facts">
              {(
                [
                  ['where', where],
                  ['host', decoy.host],
                  ['persona', decoy.persona],
                  ['service', decoy.service],
                  ['product', `${decoy.product} ${decoy.version}`.trim() || words.notFound],
                  ['connections', decoy.connections.toLocaleString()],
                ] as const
              ).map(([name, said]) => (
                <div key={name}>
                  <dt>{words.facts[name]}</dt>
                  <dd>{visible(said) || '–'}</dd>
                </div>
              ))}
            </dl>
          </Panel>
          <Detectability of={decoy} />
        </div>
        <DecoySettings id={decoy.id} config={decoy.config} onChange={reload} />
      </div>
    </>
  );
}

function Happened({ id, range }: { readonly id: string; readonly range: Range }) {
  const load = useCallback(async () => {
    const { from, to, times } = intervalsOf(range, Date.now());
    const time = { from: String(from), to: String(to) };
    const [statistics, counted] = await Promise.all([
      api.getDecoyStatistics({ id, ...time }),
      api.countEvents({
        ...time,
        filter: seenByDecoys(id),
        by: 'event.action',
        top: MAX_ACTIONS,
        interval: SPANS[range].interval,
      }),
    ]);
    return { statistics, times, range, counts: countsOver(counted, times, moveOf) };
  }, [id, range]);
  const { value, error, reload } = useLoaded(load);
  useLive('incident', useAtMost(reload, AGAIN_MS), reload);
  if (value === undefined) return error === undefined ? null : <Failure words={error} />;
  const { statistics, times, counts } = value;
  return (
    <>
      <Failure words={error} />
      <Panel title={words.chart}>
        <TimeChart
          label={words.chart}
          times={times}
          stepMs={SPANS[value.range].stepMs}
          series={LINES.map((line) => ({
            name: words.lines[line],
            values: counts.get(line) ?? times.map(() => 0),
          }))}
        />
        <DecoyFigures of={statistics} />
      </Panel>
    </>
  );
}
