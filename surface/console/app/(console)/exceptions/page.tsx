'use client';
/** What people said was no attack: what is left alone because of it, and what was. */
import { Link } from '../../../components/link.tsx';
import { ExceptionCard } from '../../../components/exception-card.tsx';
import { api } from '../../../lib/api.ts';
import { useLoaded } from '../../../lib/hooks.ts';

const load = (): ReturnType<typeof api.listExceptions> => api.listExceptions();

export default function ExceptionsPage() {
  const { value, error, reload } = useLoaded(load);
  return (
    <article className="story">
      <nav className="crumbs">
        <Link href="/incidents/">Incidents</Link> / Exceptions
      </nav>
      <header>
        <h1>Exceptions</h1>
        <p className="dim">
          What was said to be no attack, and what was written for single rules by REST. Those that{' '}
          <code>netsentinel rules except</code> wrote into a file, <code>netsentinel rules exceptions</code> lists.
        </p>
      </header>
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      {value === undefined ? (
        error === undefined && <p className="centre">Loading…</p>
      ) : value.exceptions.length === 0 ? (
        <p className="centre">There are none. An incident’s page has a button for what is no attack.</p>
      ) : (
        <div className="exceptions">
          {value.exceptions.map((one) => (
            <ExceptionCard key={one.id} exception={one} onChange={reload} withIncident />
          ))}
        </div>
      )}
    </article>
  );
}
