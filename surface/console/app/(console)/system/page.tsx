'use client';
/** How the platform does: what fails or is late and what to do about it, its sensors, and its load. */
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { Link } from '../../../components/link.tsx';
import { useCallback, useEffect } from 'react';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { LoadPanel } from '../../../components/system/load-panel.tsx';
import { Meter } from '../../../components/system/meter.tsx';
import { RoomPanel } from '../../../components/system/room-panel.tsx';
import { SensorsPanel } from '../../../components/system/sensors-panel.tsx';
import { api, ApiError } from '../../../lib/api.ts';
import { duration, exactTime, visible } from '../../../lib/format.ts';
import { useLoaded, useNow } from '../../../lib/hooks.ts';
import { useStatus } from '../../../lib/live.ts';
import { needsOf, sharesOf, type Need, type Sensor } from '../../../lib/system.ts';
import { useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import '../../listing.css';
import './system.css';

const words = text.system;
const DEFAULTS = { sensor: '' };
/** Sensors tell of themselves every few seconds. */
const EVERY_MS = 5_000;

async function readiness(): Promise<'ready' | 'not-ready' | 'no-answer'> {
  try {
    return (await api.getReadiness()).status;
  } catch (problem) {
    return problem instanceof ApiError && problem.status === 503 ? 'not-ready' : 'no-answer';
  }
}

async function readSystem() {
  const [ready, first, { sensors }, figures] = await Promise.all([
    readiness(),
    api.getStatus(),
    api.listSensors(),
    // What else there is to see is worth more where these cannot be had: a disk that fails.
    api.getSystemFigures().catch(() => undefined),
  ]);
  return { ready, first, sensors, figures };
}

export default function SystemPage() {
  const [view, change] = useView(DEFAULTS);
  const { value, error, reload } = useLoaded(useCallback(readSystem, []));
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const live = useStatus();
  const status = live ?? value?.first;
  const sensors = value?.sensors ?? [];
  const found = needsOf(status, sensors, error === undefined ? value?.ready : 'no-answer', value?.figures);
  const ill = found.filter(({ level }) => level !== 'note').length;
  return (
    <>
      <PageHead title={words.title} about={words.about}>
        {value !== undefined && (
          <strong className={`system-verdict ${ill === 0 ? 'well' : 'ill'}`} role="status">
            {ill === 0 ? words.well : words.ill(ill)}
          </strong>
        )}
      </PageHead>
      <Failure words={error} />
      {value === undefined || status === undefined ? (
        error === undefined && <p className="centre">{text.frame.loading}</p>
      ) : (
        <div className="system">
          <Panel title={words.attention}>
            {found.length === 0 ? <p className="dim">{words.nothing}</p> : <Needs needs={found} />}
          </Panel>
          <Figures status={status} />
          <div className="system-two">
            <LoadPanel />
            <Shares status={status} sensors={sensors} />
          </div>
          <RoomPanel figures={value.figures} />
          <SensorsPanel sensors={sensors} open={view.sensor} onOpen={(sensor) => change({ sensor })} />
          <Probes />
        </div>
      )}
    </>
  );
}

function Needs({ needs }: { readonly needs: readonly Need[] }) {
  return (
    <ul className="system-needs" data-testid="needs">
      {needs.map(({ level, what, next, href }, i) => (
        <li key={i} className={level}>
          <p>
            <span className={`badge system-level ${level}`}>{words.levels[level]}</span>
            {href === undefined ? visible(what) : <Link href={href}>{visible(what)}</Link>}
          </p>
          <p className="dim">
            {words.next} {next}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Figures({ status }: { readonly status: PlatformStatus }) {
  const now = useNow(1_000);
  const { figures } = words;
  const { startedAt, eventsTotal, eventsPerSecond, decoys, rules, responseMode } = status;
  const connections = decoys.reduce((sum, one) => sum + one.connections, 0);
  return (
    <section className="panel" aria-label={words.title}>
      <dl className="figures">
        <div>
          <dt>{figures.up}</dt>
          <dd title={exactTime(startedAt)}>{duration(now - startedAt)}</dd>
        </div>
        <div>
          <dt>{figures.eventsTotal}</dt>
          <dd>{eventsTotal.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{figures.eventsPerSecond}</dt>
          <dd>{eventsPerSecond.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{figures.connections}</dt>
          <dd>{connections.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{figures.rules}</dt>
          <dd>
            {rules.rules.toLocaleString()}
            <span className="dim">{figures.correlations(rules.correlations)}</span>
          </dd>
        </div>
        <div>
          <dt>{figures.mode}</dt>
          <dd>{responseMode}</dd>
        </div>
      </dl>
    </section>
  );
}

function Shares({ status, sensors }: { readonly status: PlatformStatus; readonly sensors: readonly Sensor[] }) {
  return (
    <Panel title={words.shares}>
      <dl className="system-shares">
        {sharesOf(status, sensors).map(({ name, n, of }) => (
          <div key={name}>
            <dt className="system-share">
              <span>{words.share[name]}</span>
              <span>{of === 0 ? words.noneOf : words.shareOf(n, of)}</span>
            </dt>
            <dd>
              <Meter label={words.share[name]} n={n} of={of} isBad={n < of} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Probes() {
  const origin = typeof window === 'undefined' ? '' : window.location.origin;
  return (
    <Panel title={words.probes}>
      <p className="dim">{words.probesAbout}</p>
      <ul className="system-probes">
        {(['healthz', 'readyz', 'metrics'] as const).map((path) => (
          <li key={path}>
            <code>/{path}</code> <CopyButton value={`${origin}/${path}`} />{' '}
            <span className="dim">{words.probe[path]}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
