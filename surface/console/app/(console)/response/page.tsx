'use client';
/** What waits for a person, what is in force, what was done before, playbooks, and taking everything back. */
import { useCallback, useEffect, useState } from 'react';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty } from '../../../components/panel.tsx';
import { HistoryTab } from '../../../components/response/history-tab.tsx';
import { MeasureTable } from '../../../components/response/measure-table.tsx';
import { ModeNote } from '../../../components/response/mode-note.tsx';
import { PanicTab } from '../../../components/response/panic-tab.tsx';
import { RunsTab } from '../../../components/response/runs-tab.tsx';
import { WaitingTab } from '../../../components/response/waiting-tab.tsx';
import { SectionTabs } from '../../../components/section-tabs.tsx';
import { TakeMeasure } from '../../../components/take-measure.tsx';
import { Told } from '../../../components/told.tsx';
import { api } from '../../../lib/api.ts';
import { useLoaded, useNow } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './response.css';

/** A run's own progress is told to nobody live. */
const EVERY_MS = 5_000;
/** Actions of a list, the newest. */
const SHOWN = 200;
const TABS = ['waiting', 'in-force', 'history', 'runs', 'panic'] as const;
const DEFAULTS = { tab: 'waiting', status: 'all', find: '', open: '' };
const words = text.response;

export default function ResponsePage() {
  const [view, change] = useView(DEFAULTS);
  const tab = oneOf(view.tab, TABS);
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [waiting, inForce, open] = await Promise.all([
        api.listActions({ status: 'awaiting-approval', limit: SHOWN }),
        api.listActions({ status: ['applied', 'verified', 'planned'], limit: SHOWN }),
        api.listPlaybookRuns({ open: 'true', limit: 1000 }),
      ]);
      return { waiting: waiting.actions, inForce: inForce.actions, runs: open.runs };
    }, []),
  );
  const now = useNow(1_000);
  const [said, setSaid] = useState<string>();
  const changed = (told?: string): void => {
    setSaid(told);
    reload();
  };
  useLive('action', reload, reload);
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const asking = value?.runs.filter(({ asks }) => asks.length > 0) ?? [];
  const waits = value === undefined ? undefined : value.waiting.length + asking.length;
  return (
    <div className="response-page">
      <PageHead title={words.title} about={words.about} />
      <SectionTabs
        label={words.parts}
        path="/response/"
        chosen={tab}
        tabs={[
          { id: 'waiting', name: words.tab.waiting, count: waits, isUrgent: (waits ?? 0) > 0 },
          { id: 'in-force', name: words.tab['in-force'], count: value?.inForce.length },
          { id: 'history', name: words.tab.history },
          { id: 'runs', name: words.tab.runs, count: value?.runs.length },
          { id: 'panic', name: words.tab.panic },
        ]}
      />
      <Failure words={error} />
      <Told words={said} />
      {tab !== 'panic' && (
        <div className="response-top">
          <ModeNote />
          {tab !== 'runs' && <TakeMeasure onChange={reload} />}
        </div>
      )}
      {value === undefined && error === undefined && <p className="centre">{words.loading}</p>}
      {value !== undefined && tab === 'waiting' && (
        <WaitingTab actions={value.waiting} runs={asking} now={now} onChange={changed} />
      )}
      {value !== undefined && tab === 'in-force' && (
        <section className="panel" data-testid="in-force" aria-label={words.tab['in-force']}>
          {value.inForce.length === 0 ? (
            <Empty title={words.nothingInForce}>
              <p>{words.nothingInForceWhy}</p>
            </Empty>
          ) : (
            <>
              {value.inForce.length >= SHOWN && <p className="dim">{words.newest(SHOWN)}</p>}
              <MeasureTable actions={value.inForce} now={now} onChange={changed} />
            </>
          )}
        </section>
      )}
      {tab === 'history' && <HistoryTab status={view.status} find={view.find} now={now} onView={change} />}
      {tab === 'runs' && <RunsTab isOpenOnly={view.open === '1'} now={now} onView={change} />}
      {value !== undefined && tab === 'panic' && (
        <PanicTab inForce={value.inForce.filter(({ status }) => status !== 'planned').length} onChange={reload} />
      )}
    </div>
  );
}
