'use client';
/** Where one is signed in, and ending that. */
import { useCallback } from 'react';
import { api, type OwnSession } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago } from './moment.tsx';

const words = text.access;

export function OwnSessions() {
  const { value, error, reload } = useLoaded(useCallback(() => api.listSessions(), []));
  const { busy, error: refused, attempt } = useAttempt();
  const now = useNow();
  const sessions = value?.sessions ?? [];
  const end = async (change: () => Promise<unknown>): Promise<void> => {
    if (await attempt(change)) reload();
  };
  return (
    <>
      <Failure words={error ?? refused} />
      {sessions.length > 0 && (
        <table className="records">
          <thead>
            <tr>
              <th scope="col">{words.sessions.from}</th>
              <th scope="col">{words.sessions.signedIn}</th>
              <th scope="col">{words.lastUsed}</th>
              <th scope="col">
                <span className="unseen">{words.changes}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <Row
                key={session.id}
                session={session}
                now={now}
                busy={busy}
                onEnd={() => void end(() => api.endSession({ id: session.id }))}
              />
            ))}
          </tbody>
        </table>
      )}
      {sessions.length > 1 && (
        <p>
          <AskFirst
            button={words.sessions.endOthers}
            about={words.sessions.others}
            question={words.sessions.askOthers}
            sure={words.sessions.sureOthers}
            busy={busy}
            onSure={() => void end(() => api.endOtherSessions())}
          />
        </p>
      )}
    </>
  );
}

function Row({
  session: { address, program, createdAt, lastSeenAt, current },
  now,
  busy,
  onEnd,
}: {
  readonly session: OwnSession;
  readonly now: number;
  readonly busy: boolean;
  readonly onEnd: () => void;
}) {
  const from = address === '' ? words.sessions.unknown : visible(address);
  return (
    <tr data-testid="session">
      <th scope="row">
        {from} {current && <span className="dim">{words.sessions.current}</span>}
        <div className="dim words">{visible(program)}</div>
      </th>
      <td data-label={words.sessions.signedIn}>
        <Ago at={createdAt} now={now} />
      </td>
      <td data-label={words.lastUsed}>
        <Ago at={lastSeenAt} now={now} />
      </td>
      <td className="act">
        {!current && (
          <AskFirst
            button={words.sessions.end}
            about={words.sessions.about(from)}
            question={words.sessions.ask}
            sure={words.sessions.sure}
            busy={busy}
            onSure={onEnd}
          />
        )}
      </td>
    </tr>
  );
}
