'use client';
/** Where one is signed in, and ending that. */
import { useCallback } from 'react';
import { api, type OwnSession } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { AskFirst } from './ask-first.tsx';
import { Failure } from './failure.tsx';
import { Ago } from './moment.tsx';

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
              <th scope="col">From</th>
              <th scope="col">Signed in</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="unseen">Changes</span>
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
            button="End all others"
            about="sessions"
            question="Sign you out everywhere else?"
            sure="End them"
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
  const from = address === '' ? 'unknown' : visible(address);
  return (
    <tr data-testid="session">
      <th scope="row">
        {from} {current && <span className="dim">(this one)</span>}
        <div className="dim words">{visible(program)}</div>
      </th>
      <td data-label="Signed in">
        <Ago at={createdAt} now={now} />
      </td>
      <td data-label="Last used">
        <Ago at={lastSeenAt} now={now} />
      </td>
      <td className="act">
        {!current && (
          <AskFirst
            button="End"
            about={`the session from ${from}`}
            question="Sign you out there?"
            sure="End it"
            busy={busy}
            onSure={onEnd}
          />
        )}
      </td>
    </tr>
  );
}
