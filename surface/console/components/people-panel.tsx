'use client';
/** Who has an account, and who is invited to make one. */
import { useCallback, useEffect, useState } from 'react';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useMay } from '../lib/session.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { Invitations } from './invitations.tsx';
import { Person } from './person.tsx';
import { ShownOnce } from './shown-once.tsx';

const words = text.access;

async function load() {
  const [{ users }, { invitations }] = await Promise.all([api.listUsers(), api.listInvitations()]);
  return { users, invitations };
}

export function PeoplePanel() {
  const { value, error, reload } = useLoaded(useCallback(load, []));
  const mayChange = useMay('users:write');
  const now = useNow();
  const [reset, setReset] = useState<{ readonly account: string; readonly link: string }>();
  // Somebody may have used an invitation meanwhile.
  useEffect(() => {
    window.addEventListener('focus', reload);
    return () => window.removeEventListener('focus', reload);
  }, [reload]);
  return (
    <section className="panel" data-testid="people" aria-labelledby="people">
      <h2 id="people">{words.people.title}</h2>
      <Failure words={error} />
      {value === undefined && error === undefined && <p className="dim">{words.loading}</p>}
      {value !== undefined && (
        <>
          <table className="records">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.role}</th>
                <th scope="col">{words.people.since}</th>
                {mayChange && (
                  <th scope="col">
                    <span className="unseen">{words.changes}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {value.users.map((user) => (
                <Person
                  key={user.name}
                  user={user}
                  mayChange={mayChange}
                  now={now}
                  onChange={reload}
                  onReset={(path) => setReset({ account: user.name, link: window.location.origin + path })}
                />
              ))}
            </tbody>
          </table>
          {reset !== undefined && (
            <ShownOnce
              key={reset.link}
              label={words.people.linkFor(visible(reset.account))}
              text={reset.link}
              onDone={() => setReset(undefined)}
            >
              <p className="dim">{words.people.linkWhy}</p>
            </ShownOnce>
          )}
          <Invitations invitations={value.invitations} mayChange={mayChange} now={now} onChange={reload} />
        </>
      )}
    </section>
  );
}
