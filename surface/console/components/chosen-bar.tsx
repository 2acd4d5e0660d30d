'use client';
/** What can be done with all incidents that are chosen. */
import { useId, useState, type FormEvent } from 'react';
import { api, tagOf } from '../lib/api.ts';
import { wordsOf } from '../lib/hooks.ts';
import * as text from '../text/index.ts';

const words = text.incidents;
const MAX_REASON = 1_000;

export type Bulk =
  | { readonly what: 'take'; readonly account: string }
  | { readonly what: 'close'; readonly reason: string };

/** Does it to one after the other, each as it is by now. @returns what to say of it */
export async function doToAll(ids: readonly string[], bulk: Bulk): Promise<string> {
  const problems: string[] = [];
  for (const id of ids)
    try {
      const { version } = await api.getIncidentWork({ id });
      const body =
        bulk.what === 'take'
          ? { assignee: bulk.account, status: 'in-work' as const }
          : { status: 'closed' as const, reason: bulk.reason };
      await api.changeIncidentWork({ id, ifMatch: tagOf(version), body });
    } catch (problem) {
      problems.push(wordsOf(problem));
    }
  const done = words.done(ids.length - problems.length);
  return problems.length === 0 ? done : `${done} ${words.failed(problems.length, problems[0]!)}`;
}

export function ChosenBar(props: {
  readonly count: number;
  readonly isClosing: boolean;
  readonly onTake: () => void;
  readonly onClosing: (isClosing: boolean) => void;
  readonly onClose: (reason: string) => void;
  readonly onNone: () => void;
}) {
  const { count, isClosing, onTake, onClosing, onClose, onNone } = props;
  return (
    <div className="chosen-bar" role="group" aria-label={words.chosen(count)}>
      <strong>{words.chosen(count)}</strong>
      {isClosing ? (
        <CloseForm count={count} onClose={onClose} onCancel={() => onClosing(false)} />
      ) : (
        <>
          <button type="button" onClick={onTake}>
            {words.take}
          </button>
          <button type="button" onClick={() => onClosing(true)}>
            {words.close}
          </button>
          <button className="quiet" type="button" onClick={onNone}>
            {words.unchoose}
          </button>
        </>
      )}
    </div>
  );
}

function CloseForm(props: {
  readonly count: number;
  readonly onClose: (reason: string) => void;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  const id = useId();
  const why = reason.toWellFormed().trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    props.onClose(why);
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>{words.closeReason}</label>
      <input
        id={id}
        required
        maxLength={MAX_REASON}
        autoFocus
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <button className="primary" type="submit" disabled={why === ''}>
        {words.closeSure(props.count)}
      </button>
      <button type="button" onClick={props.onCancel}>
        {words.cancel}
      </button>
    </form>
  );
}
