'use client';
/** Who changed what through the console and the API. */
import type { AuditRecord, AuditValues } from '@netsentinel/contracts/audit-book';
import { useEffect, useState, type FormEvent } from 'react';
import { Failure } from '../../../components/failure.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { api, type AuditQuery } from '../../../lib/api.ts';
import { exactTime, isoTime, visible } from '../../../lib/format.ts';
import { useAttempt } from '../../../lib/use-attempt.ts';
import '../settings/settings.css';

const ALL: AuditQuery = { account: '', action: '' };

export default function AuditPage() {
  const { busy, error, attempt } = useAttempt();
  const [wanted, setWanted] = useState(ALL);
  const [shown, setShown] = useState<{
    readonly query: AuditQuery;
    readonly records: readonly AuditRecord[];
    readonly next?: number;
  }>();
  const load = (query: AuditQuery, known: readonly AuditRecord[] = [], before?: number): void =>
    void attempt(async () => {
      const { account, action } = query;
      const page = await api.listAudit({ account: account || undefined, action: action || undefined, before });
      setShown({ ...page, query, records: [...known, ...page.records] });
    });
  useEffect(() => {
    document.title = 'Audit – NetSentinel';
    load(ALL);
    // Once: what is wanted later is asked for by the form.
  }, []);
  const find = (event: FormEvent): void => {
    event.preventDefault();
    load(wanted);
  };
  const more = shown?.next;
  return (
    <article className="story settings">
      <header>
        <h1>Audit</h1>
        <p className="dim">Who changed what here, from where and when. Nothing is taken away from it.</p>
      </header>
      <section className="panel" data-testid="audit" aria-label="Changes">
        <form className="entry" onSubmit={find} aria-label="Find changes">
          <TextField
            label="Who"
            required={false}
            maxLength={64}
            value={wanted.account}
            onChange={(e) => setWanted({ ...wanted, account: e.target.value.trim() })}
          />
          <TextField
            label="What, such as changeUser"
            required={false}
            maxLength={64}
            value={wanted.action}
            onChange={(e) => setWanted({ ...wanted, action: e.target.value.trim() })}
          />
          <button type="submit" className="primary" disabled={busy}>
            Find
          </button>
        </form>
        <Failure words={error} />
        {shown?.records.length === 0 && <p className="dim">There is nothing of that.</p>}
        {shown !== undefined && shown.records.length > 0 && (
          <table className="records">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Before and after</th>
              </tr>
            </thead>
            <tbody>
              {shown.records.map((record) => (
                <Row key={record.seq} record={record} />
              ))}
            </tbody>
          </table>
        )}
        {shown !== undefined && more !== undefined && (
          <p>
            <button type="button" disabled={busy} onClick={() => load(shown.query, shown.records, more)}>
              Show older ones
            </button>
          </p>
        )}
      </section>
    </article>
  );
}

function Row({
  record: { at, account, token, address, action, target, before, after },
}: {
  readonly record: AuditRecord;
}) {
  return (
    <tr data-testid="change">
      <td data-label="When">
        <time dateTime={isoTime(at)}>{exactTime(at)}</time>
      </td>
      <th scope="row">
        {visible(account)}
        <div className="dim words">
          {visible(address)}
          {token !== undefined && `, token ${visible(token)}`}
        </div>
      </th>
      <td data-label="What">
        {visible(action)}
        <div className="dim words">{visible(target)}</div>
      </td>
      <td data-label="Before and after">
        {before !== undefined && <div>{said(before)}</div>}
        {after !== undefined && <div>→ {said(after)}</div>}
      </td>
    </tr>
  );
}

function said(values: AuditValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${visible(String(value))}`)
    .join(', ');
}
