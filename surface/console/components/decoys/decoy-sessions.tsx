'use client';
/** Who visited a decoy, the newest first, with recordings played in place. */
import type { ListDecoySessionsAnswer } from '@netsentinel/client';
import dynamic from 'next/dynamic';
import { Link } from '../link.tsx';
import { Fragment, useCallback, useState } from 'react';
import { api, segment } from '../../lib/api.ts';
import type { Decoy } from '../../lib/decoys.ts';
import { duration, visible } from '../../lib/format.ts';
import { useLoaded, useNow } from '../../lib/hooks.ts';
import { useLive } from '../../lib/live.ts';
import { useMay } from '../../lib/session.ts';
import { useAtMost } from '../../lib/use-at-most.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Empty, Panel } from '../panel.tsx';

const words = text.decoys;
const PAGE = 25;
const AGAIN_MS = 5_000;
const RECORDING_ID = /^[A-Za-z0-9~_-]{1,128}$/;

const Replay = dynamic(() => import('../terminal.tsx').then((module) => module.Replay), { ssr: false });
const LiveTerminal = dynamic(() => import('../terminal.tsx').then((module) => module.LiveTerminal), { ssr: false });

type Session = ListDecoySessionsAnswer['sessions'][number];

export function DecoySessions({
  decoy: { id, type, host, port },
  playing,
  onPlay,
}: {
  readonly decoy: Decoy;
  /** A session’s id; empty: none. */
  readonly playing: string;
  readonly onPlay: (session: string) => void;
}) {
  const newest = useLoaded(useCallback(() => api.listDecoySessions({ id, limit: PAGE }), [id]));
  useLive('incident', useAtMost(newest.reload, AGAIN_MS), newest.reload);
  const [older, setOlder] = useState<ListDecoySessionsAnswer>();
  const { busy, error, attempt } = useAttempt();
  const now = useNow();
  const mayWatch = useMay('recordings:read');
  // New ones push others over the end of the first page: each stands once.
  const known = new Map([...(newest.value?.sessions ?? []), ...(older?.sessions ?? [])].map((one) => [one.id, one]));
  const sessions = [...known.values()];
  const next = older === undefined ? newest.value?.next : older.next;
  const more = (after: string): void =>
    void attempt(async () => {
      const page = await api.listDecoySessions({ id, limit: PAGE, after });
      setOlder((was) => ({ ...page, sessions: [...(was?.sessions ?? []), ...page.sessions] }));
    });
  return (
    <Panel title={words.sessions}>
      <Failure words={newest.error ?? error} />
      {newest.value === undefined ? (
        newest.error === undefined && <p className="dim">{text.frame.loading}</p>
      ) : sessions.length === 0 ? (
        <Empty title={words.noSessions}>
          {type === 'ssh' && (
            <>
              <p>{words.noSessionsAbout}</p>
              <code>
                ssh -p {port} root@{visible(host)}
              </code>
            </>
          )}
        </Empty>
      ) : (
        <table className="listing">
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.began}</th>
              <th scope="col">{words.lasted}</th>
              <th scope="col">{words.logins}</th>
              <th scope="col" className="number">
                {words.commands}
              </th>
              <th scope="col" className="act">
                <span className="unseen">{words.leads}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <Fragment key={session.id}>
                <Row
                  session={session}
                  now={now}
                  isPlaying={playing === session.id}
                  {...(mayWatch && session.recording && RECORDING_ID.test(session.id) ? { onPlay } : {})}
                />
                {playing === session.id && mayWatch && RECORDING_ID.test(session.id) && (
                  <tr className="decoys-playing">
                    <td colSpan={6} className="whole">
                      <Player session={session} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
      {next !== undefined && (
        <p>
          <button type="button" disabled={busy} onClick={() => more(next)}>
            {words.more}
          </button>
        </p>
      )}
    </Panel>
  );
}

function Row({
  session: { id, source, started, ended, logins, accepted, commands, incident },
  now,
  isPlaying,
  onPlay,
}: {
  readonly session: Session;
  readonly now: number;
  readonly isPlaying: boolean;
  /** Not there where nothing can be played. */
  readonly onPlay?: (session: string) => void;
}) {
  const isLive = ended === undefined;
  return (
    <tr data-testid="visit">
      <th scope="row" className="brief">
        <Link href={`/attacker/?address=${segment(source.ip)}`}>
          <code>{visible(source.ip)}</code>
        </Link>{' '}
        <CopyButton value={source.ip} />
      </th>
      <td className="brief">
        <Ago at={started} now={now} />
      </td>
      <td className="brief" data-label={words.lasted}>
        {isLive ? words.goesOn : duration(ended - started)}
      </td>
      <td data-label={words.logins} className={accepted > 0 ? 'decoys-in' : ''}>
        {words.loginsOf(logins, accepted)}
      </td>
      <td className="number" data-label={words.commands}>
        {commands.toLocaleString()}
      </td>
      <td className="act brief">
        {incident !== undefined && <Link href={`/incident/?id=${segment(incident)}`}>{words.incident}</Link>}{' '}
        {onPlay !== undefined && (
          <button
            type="button"
            className="quiet small"
            aria-expanded={isPlaying}
            aria-label={`${isPlaying ? words.hide : isLive ? words.watch : words.play}: ${source.ip}`}
            onClick={() => onPlay(isPlaying ? '' : id)}
          >
            {isPlaying ? words.hide : isLive ? words.watch : words.play}
          </button>
        )}
      </td>
    </tr>
  );
}

function Player({ session: { id, source, started, ended } }: { readonly session: Session }) {
  return (
    <section aria-label={words.recording(source.ip)} data-testid="player">
      {ended === undefined ? <LiveTerminal key={id} session={id} /> : <Replay key={id} session={id} begins={started} />}
      <p>
        <a className="quiet" href={api.urlOf('getRecording', { session: id })} download>
          {words.download}
        </a>
      </p>
    </section>
  );
}
