'use client';
/** Has a rule leave events alone: which, why, and for how long. The rule stays as it is. */
import { useId, useMemo, useState, type FormEvent } from 'react';
import { api, newKey } from '../../lib/api.ts';
import { OPERATORS, whereOf, type Condition } from '../../lib/exception-where.ts';
import { useFields } from '../../lib/hunt/use-fields.ts';
import { oneOf } from '../../lib/url-view.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';

const words = text.rules.exception;
const DURATIONS = ['604800000', '86400000', '2592000000', ''] as const;
const MAX_REASON = 500;
const MAX_CONDITIONS = 4;
const FIRST: Condition = { field: 'source.ip', operator: 'is', values: '' };

export function ExceptionForm({
  rule,
  onChange,
}: {
  /** Its id. */ readonly rule: string;
  readonly onChange: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen)
    return (
      <p>
        <button type="button" onClick={() => setOpen(true)}>
          {words.write}…
        </button>
      </p>
    );
  return (
    <Open
      rule={rule}
      onClose={() => setOpen(false)}
      onDone={() => {
        setOpen(false);
        onChange();
      }}
    />
  );
}

function Open(props: { readonly rule: string; readonly onClose: () => void; readonly onDone: () => void }) {
  const { rule, onClose, onDone } = props;
  const id = useId();
  const [fields, fetchFields] = useFields();
  const [conditions, setConditions] = useState<readonly Condition[]>([FIRST]);
  const [reason, setReason] = useState('');
  const [forMs, setForMs] = useState<(typeof DURATIONS)[number]>(DURATIONS[0]);
  const { busy, error, attempt } = useAttempt();
  const where = useMemo(() => whereOf(conditions), [conditions]);
  /** Of what is asked for: an answer that was lost on its way leads to no second one. */
  const key = useMemo(() => newKey(), [where, reason, forMs]);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (where === undefined) return;
    void attempt(async () => {
      const until = forMs === '' ? undefined : new Date(Date.now() + Number(forMs)).toISOString();
      const body = { rules: [rule], where, reason: reason.trim().toWellFormed(), until };
      await api.writeException({ idempotencyKey: key, body });
      onDone();
    });
  };
  const change = (n: number, parts: Partial<Condition>): void =>
    setConditions(conditions.map((one, i) => (i === n ? { ...one, ...parts } : one)));
  return (
    <form className="rule-form rule-exception" aria-label={words.write} onSubmit={send}>
      <p className="dim">{words.about}</p>
      <datalist id={id}>
        {fields.names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {conditions.map(({ field, operator, values }, n) => (
        // eslint-disable-next-line react/no-array-index-key
        <fieldset key={n}>
          <legend className="dim">{n === 0 ? words.where : words.and}</legend>
          <input
            aria-label={words.field}
            list={id}
            required
            maxLength={128}
            spellCheck={false}
            autoCapitalize="off"
            value={field}
            onFocus={fetchFields}
            onChange={(e) => change(n, { field: e.target.value })}
          />
          <select
            aria-label={words.operator}
            value={operator}
            onChange={(e) => change(n, { operator: oneOf(e.target.value, OPERATORS) })}
          >
            {OPERATORS.map((one) => (
              <option key={one} value={one}>
                {words.operators[one]}
              </option>
            ))}
          </select>
          <textarea
            aria-label={words.values}
            placeholder={words.valuesHint}
            required
            rows={2}
            spellCheck={false}
            value={values}
            onChange={(e) => change(n, { values: e.target.value })}
          />
          {conditions.length > 1 && (
            <button type="button" className="small" onClick={() => setConditions(conditions.filter((_, i) => i !== n))}>
              {words.without}
            </button>
          )}
        </fieldset>
      ))}
      {conditions.length < MAX_CONDITIONS && (
        <button
          type="button"
          className="small"
          onClick={() => setConditions([...conditions, { ...FIRST, field: 'user.name' }])}
        >
          {words.more}
        </button>
      )}
      <label>
        {text.rules.why}
        <input value={reason} required maxLength={MAX_REASON} onChange={(e) => setReason(e.target.value)} />
      </label>
      <label>
        {text.rules.offFor}
        <select value={forMs} onChange={(e) => setForMs(oneOf(e.target.value, DURATIONS))}>
          {DURATIONS.map((one) => (
            <option key={one} value={one}>
              {words.durations[one]}
            </option>
          ))}
        </select>
      </label>
      <Failure words={error} />
      <p className="rule-choices">
        <button type="submit" className="primary" disabled={busy || where === undefined || reason.trim() === ''}>
          {words.put}
        </button>
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}
