'use client';
/** A person's own measure: what it would do is shown first, and only what was shown can be ordered. */
import type { Measure } from '@netsentinel/contracts/action';
import { MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { useId, useMemo, useState, type FormEvent } from 'react';
import { api, newKey, type Planned } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { PlanView } from './plan-view.tsx';

const MEASURES = Object.keys(MEASURE_WORDS) as Measure[];
const words = text.measures;
const TIMES = Object.entries(words.times).map(([ms, name]) => [Number(ms), name] as const);
const MAX_REASON = 512;

export function MeasureForm({
  target: proposed,
  measure: first = 'block',
  incident,
  onDone,
  onCancel,
}: {
  readonly target: string;
  /** That is proposed. */
  readonly measure?: Measure;
  /** Whose attack it answers. */
  readonly incident?: string;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const [measure, setMeasure] = useState<Measure>(first);
  const [target, setTarget] = useState(proposed);
  const [ttlMs, setTtlMs] = useState(3_600_000);
  const [reason, setReason] = useState('');
  const [planned, setPlanned] = useState<Planned>();
  /** Of this plan and reason: an answer that was lost on its way leads to no second measure. */
  const key = useMemo(() => newKey(), [planned, reason]);
  const { busy, error, attempt } = useAttempt();
  const id = useId();
  const asked = { measure, target: target.toWellFormed().trim(), ttlMs };
  const plan = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => setPlanned(await api.planAction({ body: asked })));
  };
  const order = async (): Promise<void> => {
    const body = { ...asked, reason: reason.toWellFormed().trim(), incident };
    if (await attempt(() => api.orderAction({ body, idempotencyKey: key }))) onDone();
  };
  /** A plan is of what it was made for. */
  const other =
    <T,>(set: (value: T) => void) =>
    (value: T): void => {
      set(value);
      setPlanned(undefined);
    };
  const { verb, where } = MEASURE_WORDS[measure];
  return (
    <form
      className="measure"
      aria-label={words.take}
      onSubmit={plan}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onCancel();
      }}
    >
      <label htmlFor={`${id}-measure`}>{words.what}</label>
      <select
        id={`${id}-measure`}
        autoFocus
        value={measure}
        onChange={(e) => other(setMeasure)(MEASURES.find((one) => one === e.target.value) ?? 'block')}
      >
        {MEASURES.map((one) => (
          <option key={one} value={one}>
            {MEASURE_WORDS[one].verb}
            {MEASURE_WORDS[one].where}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-target`}>{words.target}</label>
      <input
        id={`${id}-target`}
        required
        maxLength={49}
        autoComplete="off"
        spellCheck={false}
        value={target}
        onChange={(e) => other(setTarget)(e.target.value)}
      />
      <label htmlFor={`${id}-time`}>{words.howLong}</label>
      <select id={`${id}-time`} value={ttlMs} onChange={(e) => other(setTtlMs)(Number(e.target.value))}>
        {TIMES.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-reason`}>{words.why}</label>
      <textarea
        id={`${id}-reason`}
        rows={2}
        maxLength={MAX_REASON}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      {planned !== undefined && <PlanView planned={planned} takesFocus />}
      <Failure words={error} />
      <p className="buttons">
        {planned === undefined || planned.plan.refused !== undefined ? (
          <button key="plan" type="submit" className="primary" disabled={busy || asked.target === ''}>
            {words.show}
          </button>
        ) : (
          // Another button, so that who presses twice has not ordered what they have not read.
          <button key="order" type="button" className="danger" disabled={busy} onClick={() => void order()}>
            {words.order(
              capital(verb),
              visible(planned.plan.target),
              where,
              TIMES.find(([ms]) => ms === ttlMs)?.[1] ?? '',
            )}
          </button>
        )}
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
