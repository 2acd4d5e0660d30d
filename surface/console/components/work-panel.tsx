'use client';
/** What people do about an incident: who has it, how far they are, notes, and what is a part of it. */
import { Link } from './link.tsx';
import type { ChangeIncidentWorkRequest } from '@netsentinel/client';
import type { IncidentWork, WorkNews } from '@netsentinel/contracts/casework';
import { useCallback } from 'react';
import { api, segment, tagOf } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded } from '../lib/hooks.ts';
import { useLive } from '../lib/live.ts';
import { useMay, useSession } from '../lib/session.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';
import { GiveTo } from './give-to.tsx';
import { NoteForm } from './note-form.tsx';
import { WorkEnd } from './work-end.tsx';
import { WorkHistory } from './work-history.tsx';
import * as text from '../text/index.ts';

const words = text.incident.work;

export function WorkPanel({ incident, first }: { readonly incident: string; readonly first: IncidentWork }) {
  const { value, error, reload } = useLoaded(
    useCallback(() => api.getIncidentWork({ id: incident }), [incident]),
    first,
  );
  const onWork = useCallback(
    (news: WorkNews) => {
      if (news.incident === incident) reload();
    },
    [incident, reload],
  );
  useLive('work', onWork, reload);
  return (
    <section data-testid="work">
      <h2>
        {words.title}{' '}
        {value !== undefined && <span className={`badge work-${value.status}`}>{words.status[value.status]}</span>}
      </h2>
      <Failure words={error} />
      {value !== undefined && <Work work={value} onChange={reload} />}
    </section>
  );
}

function Work({ work, onChange }: { readonly work: IncidentWork; readonly onChange: () => void }) {
  const { incident, version, assignee, status, mergedInto, merged, entries } = work;
  const { account } = useSession();
  const mayWork = useMay('incidents:write');
  const { busy, error, attempt } = useAttempt();
  const change = async (what: ChangeIncidentWorkRequest['body']): Promise<void> => {
    await attempt(() => api.changeIncidentWork({ id: incident, ifMatch: tagOf(version), body: what }));
    // Also where somebody was faster: then this is what they made of it.
    onChange();
  };
  return (
    <>
      <p>
        {assignee === undefined ? words.nobodys : words.has(visible(assignee))}
        {mergedInto !== undefined && (
          <>
            {' '}
            {words.partOf} <Link href={`/incident/?id=${segment(mergedInto)}`}>{visible(mergedInto)}</Link>.
          </>
        )}
      </p>
      {merged.length > 0 && (
        <p>
          {words.parts}{' '}
          {merged.map((part, i) => (
            <span key={part}>
              {i === 0 ? '' : ', '}
              <Link href={`/incident/?id=${segment(part)}`}>{visible(part)}</Link>
            </span>
          ))}
        </p>
      )}
      <WorkHistory entries={entries} />
      {mayWork && (
        <div className="measure">
          <p className="buttons">
            {assignee !== account && (
              <button
                type="button"
                disabled={busy}
                onClick={() => void change({ assignee: account, ...(status === 'open' ? { status: 'in-work' } : {}) })}
              >
                {words.take}
              </button>
            )}
            {assignee !== undefined && (
              <button type="button" disabled={busy} onClick={() => void change({ assignee: null })}>
                {assignee === account ? words.giveBack : words.takeAway}
              </button>
            )}
            <GiveTo assignee={assignee} busy={busy} onGive={(name) => void change({ assignee: name })} />
            {status === 'closed' && mergedInto === undefined && (
              <button type="button" disabled={busy} onClick={() => void change({ status: 'open' })}>
                {words.reopen}
              </button>
            )}
          </p>
          <Failure words={error} />
          <NoteForm incident={incident} onDone={onChange} />
          {mergedInto === undefined && status !== 'closed' && <WorkEnd work={work} onChange={onChange} />}
        </div>
      )}
    </>
  );
}
