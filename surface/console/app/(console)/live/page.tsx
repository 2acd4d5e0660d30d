'use client';
/** What happens now, in one stream, and the terminal of somebody who is on a decoy. */
import { Pause, Play, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useMemo, useState } from 'react';
import { CopyButton } from '../../../components/copy-button.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Rate } from '../../../components/live/rate.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty, Panel } from '../../../components/panel.tsx';
import { sshCommand } from '../../../lib/checklist.ts';
import { isoTime, visible } from '../../../lib/format.ts';
import { useStatus } from '../../../lib/live.ts';
import { MAX_ROWS, type Kind, type Row } from '../../../lib/live-stream.ts';
import { fitting, said } from '../../../lib/live-words.ts';
import { usePageKeys } from '../../../lib/page-keys.ts';
import { useMay, useSession } from '../../../lib/session.ts';
import { useShortcuts } from '../../../lib/shortcuts.ts';
import { useScrolledDown } from '../../../lib/use-scrolled-down.ts';
import { kindsOf, useLiveStream } from '../../../lib/use-live-stream.ts';
import { useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './live.css';

const words = text.live;
/** Fetched with the first news: until then nothing is listed, and a page that is opened to watch somebody has their terminal to fetch. */
const StreamList = dynamic(async () => (await import('../../../components/live/stream-list.tsx')).StreamList, {
  ssr: false,
});
/** Fetched for who watches somebody. */
const LiveTerminal = dynamic(async () => (await import('../../../components/terminal.tsx')).LiveTerminal, {
  ssr: false,
  loading: () => <div className="screen terminal" />,
});
/** `off`: kinds that are switched off, by commas; `watch`: a session. */
const DEFAULTS = { text: '', off: 'event', watch: '' };
const SESSION_ID = /^[A-Za-z0-9~_-]{1,128}$/;
/** Decoys with a terminal. */
const WITH_TERMINAL = new Set(['ssh', 'telnet']);
/** Who is inside, named at once. */
const MOST_INSIDE = 12;

export default function LivePage() {
  const { role } = useSession();
  const mayWatch = useMay('recordings:read');
  const maySeeRate = useMay('system:read');
  const [view, change] = useView(DEFAULTS);
  const [isPaused, setPaused] = useState(false);
  const isDown = useScrolledDown();
  const off = useMemo(() => new Set(view.off.split(',').filter(Boolean)), [view.off]);
  const kinds = kindsOf(role);
  const { stream, isLoaded, error } = useLiveStream(
    role,
    isPaused || isDown,
    kinds.includes('event') && !off.has('event'),
  );
  const { rows: all, waiting, lost } = stream;
  const rows = useMemo(() => fitting(all, off, view.text), [all, off, view.text]);
  const coming = useMemo(() => fitting(waiting, off, view.text).length, [waiting, off, view.text]);
  const inside = useMemo(() => (mayWatch ? insideOf([...waiting, ...all]) : []), [mayWatch, waiting, all]);
  const watchable = useMemo(() => new Set(inside.map(({ id }) => id)), [inside]);
  const watch = (session: string): void => change({ watch: session }, { remember: true });
  const toggle = (kind: Kind): void => {
    const now = new Set(off);
    if (!now.delete(kind)) now.add(kind);
    change({ off: [...now].join(',') });
  };
  usePageKeys(words.keyNames);
  useShortcuts({
    ' ': () => setPaused((now) => !now),
    '/': () => document.querySelector<HTMLElement>('#live-filter')?.focus(),
    Escape: () => view.watch !== '' && change({ watch: '' }),
  });
  const Icon = isPaused ? Play : Pause;
  const isNothing = all.length === 0;
  return (
    <>
      <PageHead title={words.title} about={words.about}>
        <ExportButtons name="live" head={words.columns} rows={() => rows.map(cellsOf)} json={() => rows} />
        <button type="button" className="live-pause" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          <Icon size={15} aria-hidden /> {isPaused ? words.goOn : words.pause}
        </button>
      </PageHead>
      <div className="live-tools">
        <div className="live-kinds" role="group" aria-label={words.kindsLabel}>
          {kinds.map((kind) => (
            <button
              key={kind}
              type="button"
              className="small"
              aria-pressed={!off.has(kind)}
              title={words.kindTitle[kind]}
              onClick={() => toggle(kind)}
            >
              {words.kinds[kind]}
            </button>
          ))}
        </div>
        <input
          id="live-filter"
          type="search"
          placeholder={words.filterHint}
          aria-label={words.filter}
          maxLength={200}
          value={view.text}
          onChange={(e) => change({ text: e.target.value })}
        />
      </div>
      <Failure words={error} />
      {isPaused && (
        <p className="notice live-held" role="status">
          {words.paused(coming)} {lost > 0 && words.pausedLost(lost)}
        </p>
      )}
      {!isPaused && coming > 0 && (
        <button className="waiting-pill" type="button" onClick={() => window.scrollTo({ top: 0 })}>
          ↑ {words.waiting(coming)}
        </button>
      )}
      <div className="live-columns">
        <section className="live-main" aria-label={words.label}>
          {rows.length > 0 ? (
            <>
              <StreamList rows={rows} watched={view.watch} watchable={watchable} onWatch={watch} />
              <p className="more dim">{words.shown(rows.length, MAX_ROWS)}</p>
            </>
          ) : !isLoaded ? (
            <p className="centre">{text.frame.loading}</p>
          ) : isNothing ? (
            <AttackYourself />
          ) : (
            <Empty title={words.noFit}>
              <p>{words.noFitAbout(all.length)}</p>
              <button type="button" onClick={() => change({ text: '', off: '' })}>
                {words.clear}
              </button>
            </Empty>
          )}
        </section>
        <aside className="live-side" aria-label={words.terminal}>
          {maySeeRate && <Rate />}
          {mayWatch && view.watch !== '' && (
            <Watched
              session={view.watch}
              isOver={isOver([...waiting, ...all], view.watch)}
              onClose={() => change({ watch: '' })}
            />
          )}
          {mayWatch && (
            <Panel title={words.running} className="live-running">
              {inside.length === 0 ? (
                <p className="dim">{words.nobody}</p>
              ) : (
                <ul className="live-inside">
                  {inside.slice(0, MOST_INSIDE).map(({ id, address = '', decoy }) => (
                    <li key={id}>
                      <button
                        type="button"
                        aria-pressed={id === view.watch}
                        onClick={() => watch(id === view.watch ? '' : id)}
                      >
                        <code>{visible(address)}</code> <span className="dim">{visible(decoy)}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              )}
              {inside.length > MOST_INSIDE && <p className="dim">{words.runningMore(inside.length - MOST_INSIDE)}</p>}
            </Panel>
          )}
        </aside>
      </div>
    </>
  );
}

/** Visits that have not ended, to decoys with a terminal; the last that came first. */
function insideOf(rows: readonly Row[]): readonly (Row & { readonly kind: 'session' })['body'][] {
  const ended = new Set<string>();
  const inside = new Map<string, (Row & { readonly kind: 'session' })['body']>();
  for (const row of rows) {
    if (row.kind !== 'session') continue;
    const { id, what, type } = row.body;
    if (what === 'ended') ended.add(id);
    else if (!ended.has(id) && WITH_TERMINAL.has(type) && SESSION_ID.test(id)) inside.set(id, row.body);
  }
  return [...inside.values()];
}

function isOver(rows: readonly Row[], session: string): boolean {
  return rows.some(({ kind, body }) => kind === 'session' && body.id === session && body.what === 'ended');
}

function cellsOf(row: Row): readonly string[] {
  const { what, who, severity = '', incident = '' } = said(row);
  return [isoTime(row.at), row.kind, what, who, severity, incident];
}

function Watched(props: { readonly session: string; readonly isOver: boolean; readonly onClose: () => void }) {
  const { session, isOver: over, onClose } = props;
  return (
    <Panel
      title={words.terminal}
      className="live-terminal"
      tools={
        <span className="live-terminal-tools">
          <span className={over ? 'badge' : 'badge on-air'}>{over ? words.over : words.onAir}</span>
          <button
            type="button"
            className="quiet icon"
            aria-label={words.closeTerminal}
            title={words.closeTerminal}
            onClick={onClose}
          >
            <X size={15} aria-hidden />
          </button>
        </span>
      }
    >
      {SESSION_ID.test(session) ? (
        <>
          <LiveTerminal key={session} session={session} />
          <p className="dim">
            <code>{session}</code>. {words.terminalAbout}
          </p>
        </>
      ) : (
        <p>{words.badSession}</p>
      )}
    </Panel>
  );
}

/** What stands where nothing has happened yet. */
function AttackYourself() {
  const status = useStatus();
  const [host, setHost] = useState('localhost');
  useEffect(() => setHost(window.location.hostname), []);
  const command = sshCommand(status, host);
  return (
    <Empty title={words.none}>
      <p>{words.noneAbout}</p>
      <div className="lines live-command">
        <pre>
          <code>{command}</code>
        </pre>
        <CopyButton value={command} label={words.copy} />
      </div>
    </Empty>
  );
}
