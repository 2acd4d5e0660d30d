'use client';
/** Measures as rows: what was done about whom, why, by which responders, and until when. */
import type { Action } from '@netsentinel/contracts/action';
import { Link } from '../link.tsx';
import { useState } from 'react';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { api, segment } from '../../lib/api.ts';
import { duration, exactTime, isoTime, visible } from '../../lib/format.ts';
import { sayAction } from '../../lib/say-action.ts';
import { useMay } from '../../lib/session.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Failure } from '../failure.tsx';
import { MeasureForm } from '../measure-form.tsx';
import { Ago } from '../moment.tsx';

const words = text.response;

export function MeasureTable({
  actions,
  now,
  onChange,
}: {
  readonly actions: readonly Action[];
  readonly now: number;
  readonly onChange: () => void;
}) {
  return (
    <table className="measures">
      <thead>
        <tr>
          <th scope="col">{words.column.what}</th>
          <th scope="col">{words.column.why}</th>
          <th scope="col">{words.column.responders}</th>
          <th scope="col">{words.column.when}</th>
          <th scope="col">
            <span className="unseen">{words.column.act}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {actions.map((one) => (
          <Row key={one.id} action={one} now={now} onChange={onChange} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  action,
  now,
  onChange,
}: {
  readonly action: Action;
  readonly now: number;
  readonly onChange: () => void;
}) {
  const { id, target, status, reason, detail, incident, by, playbook, createdAt } = action;
  const mayOrder = useMay('response:write');
  const [isOpen, setOpen] = useState(false);
  const { busy, error, attempt } = useAttempt();
  const isInForce = status === 'applied' || status === 'verified';
  const revert = async (): Promise<void> => {
    if (await attempt(() => api.revertAction({ id }))) onChange();
  };
  return (
    <>
      <tr className={`status-${status}`} data-testid="measure">
        <th scope="row">
          <code>{visible(target)}</code>
          <CopyButton value={target} />
          <div className={`measure-status status-${status}`}>{sayAction(action)}</div>
        </th>
        <td>
          {visible(reason)}
          {detail !== undefined && detail !== reason && <div className="dim">{visible(detail)}</div>}
          <div className="dim measure-from">
            {incident !== '' && <Link href={`/incident/?id=${segment(incident)}`}>{words.incident}</Link>}
            {by !== undefined && <span>{words.by(visible(by))}</span>}
            {playbook !== undefined && <span>{words.byPlaybook(visible(playbook.id))}</span>}
          </div>
        </td>
        <td>
          <Parts action={action} />
        </td>
        <td className="measure-time">
          <Ago at={createdAt} now={now} />
          <End action={action} now={now} />
        </td>
        <td className="act">
          {isInForce && mayOrder && (
            <>
              <button
                type="button"
                aria-expanded={isOpen}
                aria-label={words.longerAbout(visible(target))}
                onClick={() => setOpen(!isOpen)}
              >
                {words.longer}
              </button>{' '}
              <AskFirst
                button={words.revert}
                about={visible(target)}
                question={words.revertAsk(visible(target))}
                sure={words.sure}
                busy={busy}
                onSure={() => void revert()}
              />
              <Failure words={error} />
            </>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr className="measure-longer">
          <td colSpan={5}>
            <p className="dim">{words.longerWhy}</p>
            <MeasureForm
              target={target}
              measure={measureOf(action)}
              {...(incident === '' ? {} : { incident })}
              onDone={() => {
                setOpen(false);
                onChange();
              }}
              onCancel={() => setOpen(false)}
            />
          </td>
        </tr>
      )}
    </>
  );
}

/** One for each responder that has its own word to say; the one that it was given to where none has. */
function Parts({ action: { parts = [], responder } }: { readonly action: Action }) {
  if (parts.length === 0) return <span>{visible(responder)}</span>;
  return (
    <ul className="measure-parts">
      {parts.map((part) => (
        <li key={part.responder}>
          {visible(part.responder)} <span className={`badge status-${part.status}`}>{part.status}</span>{' '}
          <span className="dim">{part.mode}</span>
          {part.detail !== undefined && <div className="dim">{visible(part.detail)}</div>}
        </li>
      ))}
    </ul>
  );
}

function End({
  action: { status, createdAt, expiresAt, updatedAt },
  now,
}: {
  readonly action: Action;
  readonly now: number;
}) {
  if (status === 'applied' || status === 'verified' || status === 'planned' || status === 'awaiting-approval') {
    const left = Math.max(0, expiresAt - now);
    return (
      <div>
        <span className="dim">{words.column.ends} </span>
        <time dateTime={isoTime(expiresAt)} title={exactTime(expiresAt)}>
          {left === 0 ? words.over : words.ends(duration(left))}
        </time>
        <progress max={Math.max(1, expiresAt - createdAt)} value={left} aria-label={words.column.ends} />
      </div>
    );
  }
  if (status === 'simulated' || status === 'refused' || status === 'failed') return null;
  return (
    <div>
      <span className="dim">{words.column.ended} </span>
      <Ago at={updatedAt} now={now} />
    </div>
  );
}
