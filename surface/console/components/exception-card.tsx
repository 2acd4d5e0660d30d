'use client';
/** One exception: what is left alone, why, by whose word and until when; and its end. */
import { Link } from './link.tsx';
import type { Exception } from '@netsentinel/contracts/exception';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import { useState } from 'react';
import { api, segment } from '../lib/api.ts';
import { exactTime, visible } from '../lib/format.ts';
import { useNow, wordsOf } from '../lib/hooks.ts';
import { useMay } from '../lib/session.ts';
import * as text from '../text/index.ts';

const words = text.exceptions;
const MAX_RULES = 6;

export function ExceptionCard({
  exception,
  onChange,
  withIncident = false,
}: {
  readonly exception: Exception;
  readonly onChange: () => void;
  readonly withIncident?: boolean;
}) {
  const { id, reason, by, at, until, ended, where, rules, incident } = exception;
  const now = useNow();
  const mayEnd = useMay('exceptions:write');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const inForce = isExceptionInForce(exception, now);
  const end = (): void => {
    setBusy(true);
    api
      .endException({ id })
      .then(onChange, (problem: unknown) => setError(wordsOf(problem)))
      .finally(() => setBusy(false));
  };
  return (
    <div className={inForce ? 'exception' : 'exception over'} data-testid="exception">
      <p>
        “{visible(reason)}”{' '}
        <span className="dim">
          {visible(by)}, {exactTime(Date.parse(at))}
        </span>
      </p>
      <p className="dim">
        {words.leaves}{' '}
        {Object.entries(where).map(([field, values]) => (
          <code key={field}>
            {visible(field)}: {visible(values.join(', '))}
          </code>
        ))}{' '}
        {words.of(rules.slice(0, MAX_RULES).map(visible).join(', '), Math.max(0, rules.length - MAX_RULES))}
      </p>
      <p className="dim">
        {ended !== undefined
          ? words.endedBy(visible(ended.by), exactTime(Date.parse(ended.at)))
          : until === undefined
            ? words.endless
            : (inForce ? words.until : words.ended)(exactTime(Date.parse(until)))}
        {withIncident && incident !== undefined && (
          <>
            {' '}
            · <Link href={`/incident/?id=${segment(incident)}`}>{words.incident}</Link>
          </>
        )}
      </p>
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      {inForce && mayEnd && (
        <button type="button" disabled={busy} onClick={end}>
          {words.end}
        </button>
      )}
    </div>
  );
}
