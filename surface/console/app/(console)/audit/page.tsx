'use client';
/** Who changed what through the console and the API. */
import type { AuditRecord } from '@netsentinel/contracts/audit-book';
import { useCallback, useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { AuditTable } from '../../../components/audit-table.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty } from '../../../components/panel.tsx';
import { api } from '../../../lib/api.ts';
import { AUDIT_HEAD, auditRow, isoOfField, localField, momentOf } from '../../../lib/audit-view.ts';
import { wordsOf } from '../../../lib/hooks.ts';
import { useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import '../settings/settings.css';
import './audit.css';

const DEFAULTS = { account: '', action: '', address: '', from: '', to: '' };
type Filters = typeof DEFAULTS;
const words = text.audit;

export default function AuditPage() {
  const [view, change] = useView(DEFAULTS);
  const { account, action, address, from, to } = view;
  const { records, next, error, isLoading, more } = useAudit(view);
  return (
    <div className="audit">
      <PageHead title={words.title} about={words.about} />
      <section className="panel" data-testid="audit" aria-label={words.changes}>
        <FilterForm
          key={[account, action, address, from, to].join('\n')}
          filters={view}
          onFind={(filters) => change(filters, { remember: true })}
        />
        <Failure words={error} />
        {records !== undefined && (
          <>
            <div className="audit-line">
              <span className="dim" role="status">
                {words.shown(records.length)}
              </span>
              <ExportButtons
                name="netsentinel-audit"
                head={AUDIT_HEAD}
                rows={() => records.map(auditRow)}
                json={() => records}
              />
            </div>
            {records.length === 0 ? (
              <Empty title={words.none}>
                <p>{words.noneWhy}</p>
              </Empty>
            ) : (
              <AuditTable records={records} onOnly={(parts) => change(parts, { remember: true })} />
            )}
          </>
        )}
        {next !== undefined && (
          <p>
            <button type="button" disabled={isLoading} onClick={more}>
              {words.more}
            </button>
          </p>
        )}
      </section>
    </div>
  );
}

function FilterForm({ filters, onFind }: { readonly filters: Filters; readonly onFind: (filters: Filters) => void }) {
  const [wanted, setWanted] = useState(filters);
  const id = useId();
  const find = (event: FormEvent): void => {
    event.preventDefault();
    onFind(wanted);
  };
  const field = (name: 'account' | 'action' | 'address', label: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        value={wanted[name]}
        onChange={(e) => setWanted({ ...wanted, [name]: e.target.value.trim() })}
      />
    </div>
  );
  const moment = (name: 'from' | 'to', label: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="datetime-local"
        value={localField(wanted[name])}
        onChange={(e) => setWanted({ ...wanted, [name]: isoOfField(e.target.value) })}
      />
    </div>
  );
  return (
    <form className="audit-filters" onSubmit={find} aria-label={words.filters}>
      {field('account', words.who)}
      {field('action', words.what)}
      {field('address', words.where)}
      {moment('from', words.since)}
      {moment('to', words.until)}
      <button type="submit" className="primary">
        {words.find}
      </button>
      {Object.values(filters).some((one) => one !== '') && (
        <button type="button" onClick={() => onFind(DEFAULTS)}>
          {words.clear}
        </button>
      )}
    </form>
  );
}

/** The newest of these, and older ones page by page. */
function useAudit({ account, action, address, from, to }: Filters): {
  readonly records: readonly AuditRecord[] | undefined;
  readonly next: number | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
  readonly more: () => void;
} {
  const [shown, setShown] = useState<{ readonly records: readonly AuditRecord[]; readonly next?: number }>();
  const [error, setError] = useState<string>();
  const [isLoading, setLoading] = useState(false);
  /** Only the latest question's answer counts. */
  const question = useRef(0);
  const load = useCallback(
    (before?: number) => {
      const mine = ++question.current;
      setLoading(true);
      api
        .listAudit({
          account: account || undefined,
          action: action || undefined,
          address: address || undefined,
          from: momentOf(from),
          to: momentOf(to),
          before,
        })
        .then(
          (page) => {
            if (mine !== question.current) return;
            setShown((old) => ({
              ...page,
              records: before === undefined ? page.records : [...(old?.records ?? []), ...page.records],
            }));
            setError(undefined);
          },
          (problem: unknown) => mine === question.current && setError(wordsOf(problem)),
        )
        .finally(() => mine === question.current && setLoading(false));
    },
    [account, action, address, from, to],
  );
  useEffect(() => load(), [load]);
  return { records: shown?.records, next: shown?.next, error, isLoading, more: () => load(shown?.next) };
}
