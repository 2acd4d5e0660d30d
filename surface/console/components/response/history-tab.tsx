'use client';
/** All measures that there were, page by page. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../../lib/api.ts';
import { useLive } from '../../lib/live.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import { oneOf } from '../../lib/url-view.ts';
import * as text from '../../text/index.ts';
import { ExportButtons } from '../export-buttons.tsx';
import { Failure } from '../failure.tsx';
import { Empty } from '../panel.tsx';
import { MeasureTable } from './measure-table.tsx';

const words = text.response;
const PAGE = 100;
const STATUSES = {
  all: undefined,
  done: ['applied', 'verified'],
  ended: ['expired', 'reverted'],
  waiting: ['awaiting-approval', 'planned'],
  failed: ['refused', 'failed'],
  simulated: ['simulated'],
} as const satisfies Record<string, readonly ActionStatus[] | undefined>;
const KEYS = ['all', 'done', 'ended', 'waiting', 'failed', 'simulated'] as const;
const HEAD = ['id', 'at', 'measure', 'target', 'status', 'reason', 'detail', 'responder', 'by', 'incident', 'until'];

export function HistoryTab({
  status,
  find,
  now,
  onView,
}: {
  readonly status: string;
  readonly find: string;
  readonly now: number;
  readonly onView: (parts: { readonly status?: string; readonly find?: string }) => void;
}) {
  const key = oneOf(status, KEYS);
  const { actions, next, error, more, reload } = useHistory(key);
  useLive('action', reload);
  const wanted = find.trim().toLowerCase();
  const shown = (actions ?? []).filter(({ target, reason, detail = '', by = '' }) =>
    `${target} ${reason} ${detail} ${by}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="panel" data-testid="history" aria-label={words.tab.history}>
      <div className="response-filters">
        <label>
          {words.status}{' '}
          <select value={key} onChange={(e) => onView({ status: oneOf(e.target.value, KEYS) })}>
            {KEYS.map((one) => (
              <option key={one} value={one}>
                {words.statuses[one]}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          maxLength={100}
          value={find}
          onChange={(e) => onView({ find: e.target.value })}
        />
        <span className="dim">{words.shown(shown.length)}</span>
        <ExportButtons name="netsentinel-measures" head={HEAD} rows={() => shown.map(rowOf)} json={() => shown} />
      </div>
      <Failure words={error} />
      {actions !== undefined && shown.length === 0 && (
        <Empty title={words.noHistory}>
          <p>{words.noHistoryWhy}</p>
        </Empty>
      )}
      {shown.length > 0 && <MeasureTable actions={shown} now={now} onChange={reload} />}
      {next !== undefined && (
        <p>
          <button type="button" onClick={more}>
            {words.more}
          </button>
        </p>
      )}
    </section>
  );
}

function rowOf(one: Action): (string | undefined)[] {
  return [
    one.id,
    new Date(one.createdAt).toISOString(),
    measureOf(one),
    one.target,
    one.status,
    one.reason,
    one.detail,
    one.responder,
    one.by,
    one.incident,
    new Date(one.expiresAt).toISOString(),
  ];
}

/** The newest, and older ones page by page. `reload` brings the newest up to date and leaves the older ones. */
function useHistory(key: keyof typeof STATUSES): {
  readonly actions: readonly Action[] | undefined;
  readonly next: string | undefined;
  readonly error: string | undefined;
  readonly more: () => void;
  readonly reload: () => void;
} {
  const [state, setState] = useState<{ readonly actions: readonly Action[]; readonly next: string | undefined }>();
  const { error, attempt } = useAttempt();
  const current = useRef(key);
  const ask = useCallback((after?: string) => api.listActions({ status: STATUSES[key], limit: PAGE, after }), [key]);
  const reload = useCallback(
    () =>
      void attempt(async () => {
        const page = await ask();
        setState((old) => {
          if (current.current !== key) return old;
          if (old === undefined || old.actions.length <= PAGE) return { actions: page.actions, next: page.next };
          const fresh = new Map(page.actions.map((one) => [one.id, one]));
          return { ...old, actions: [...page.actions, ...old.actions.filter(({ id }) => !fresh.has(id))] };
        });
      }),
    [ask, attempt, key],
  );
  useEffect(() => {
    current.current = key;
    setState(undefined);
    let isOver = false;
    // Not by `attempt`: what is asked for now goes before what is under way.
    ask().then(
      (page) => {
        if (!isOver) setState({ actions: page.actions, next: page.next });
      },
      () => reload(),
    );
    return () => {
      isOver = true;
    };
  }, [ask, key, reload]);
  const more = (): void =>
    void attempt(async () => {
      const page = await ask(state?.next);
      setState((old) => old && { actions: [...old.actions, ...page.actions], next: page.next });
    });
  return { actions: state?.actions, next: state?.next, error, more, reload };
}
