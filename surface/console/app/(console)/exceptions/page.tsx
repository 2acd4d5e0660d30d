'use client';
/** What people said was no attack: what is left alone because of it, and what was. */
import { Link } from '../../../components/link.tsx';
import { ExceptionCard } from '../../../components/exception-card.tsx';
import { api } from '../../../lib/api.ts';
import { useLoaded } from '../../../lib/hooks.ts';
import * as text from '../../../text/index.ts';

const words = text.exceptions;

const load = (): ReturnType<typeof api.listExceptions> => api.listExceptions();

export default function ExceptionsPage() {
  const { value, error, reload } = useLoaded(load);
  return (
    <article className="story">
      <nav className="crumbs">
        <Link href="/incidents/">{words.incidents}</Link> / {words.title}
      </nav>
      <header>
        <h1>{words.title}</h1>
        <p className="dim">
          {words.about} {words.ofFiles} <code>{words.command}</code>.
        </p>
      </header>
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      {value === undefined ? (
        error === undefined && <p className="centre">{text.frame.loading}</p>
      ) : value.exceptions.length === 0 ? (
        <p className="centre">{words.none}</p>
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
