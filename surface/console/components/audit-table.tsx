'use client';
/** Changes as rows; who, what and from where lead to more of the same. */
import type { AuditRecord } from '@netsentinel/contracts/audit-book';
import { changedValues } from '../lib/audit-view.ts';
import { visible } from '../lib/format.ts';
import { useNow } from '../lib/hooks.ts';
import * as text from '../text/index.ts';
import { Ago } from './moment.tsx';

const words = text.audit;

export function AuditTable({
  records,
  onOnly,
}: {
  readonly records: readonly AuditRecord[];
  readonly onOnly: (filter: { readonly account?: string; readonly action?: string; readonly address?: string }) => void;
}) {
  const now = useNow(30_000);
  return (
    <table className="records audit-records">
      <thead>
        <tr>
          <th scope="col">{words.column.when}</th>
          <th scope="col">{words.column.who}</th>
          <th scope="col">{words.column.what}</th>
          <th scope="col">{words.column.change}</th>
        </tr>
      </thead>
      <tbody>
        {records.map(({ seq, at, account, token, address, action, target, before, after }) => (
          <tr key={seq} data-testid="change">
            <td data-label={words.column.when}>
              <Ago at={at} now={now} />
              <div className="dim words">{words.number(seq)}</div>
            </td>
            <th scope="row">
              <Only title={words.onlyWho(visible(account))} onClick={() => onOnly({ account })}>
                {visible(account)}
              </Only>
              <div className="dim words">
                <Only title={words.onlyWhere(visible(address))} onClick={() => onOnly({ address })}>
                  {visible(address)}
                </Only>
                {token !== undefined && `, ${words.token(visible(token))}`}
              </div>
            </th>
            <td data-label={words.column.what}>
              <Only title={words.onlyWhat(visible(action))} onClick={() => onOnly({ action })}>
                {visible(action)}
              </Only>
              <div className="dim words">{visible(target)}</div>
            </td>
            <td data-label={words.column.change}>
              <Change before={before} after={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Only({
  title,
  onClick,
  children,
}: {
  readonly title: string;
  readonly onClick: () => void;
  readonly children: string;
}) {
  return (
    <button type="button" className="audit-only" title={title} onClick={onClick}>
      {children}
    </button>
  );
}

function Change({ before, after }: Pick<AuditRecord, 'before' | 'after'>) {
  const values = changedValues(before, after);
  if (values.length === 0) return null;
  return (
    <ul className="audit-change">
      {values.map((one) => (
        <li key={one.name}>
          <span className="dim">{visible(one.name)}: </span>
          {one.before !== undefined && one.before !== one.after && (
            <>
              <span className="unseen">{words.removed} </span>
              <del>{visible(one.before)}</del>
            </>
          )}
          {one.before !== undefined && one.after !== undefined && one.before !== one.after && ' → '}
          {one.after !== undefined && (one.before === one.after ? visible(one.after) : <ins>{visible(one.after)}</ins>)}
        </li>
      ))}
    </ul>
  );
}
