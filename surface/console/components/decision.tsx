'use client';
/** A person's word on a measure that waits for it: what it would do is shown before it can be given. */
import type { Action } from '@netsentinel/contracts/action';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { useEffect, useRef, useState } from 'react';
import { api, type Planned } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { sayDecided } from '../lib/say-action.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { PlanView } from './plan-view.tsx';
import { Word } from './word.tsx';

const words = text.measures;

/** `onChange`: with what is to be said of it, as what no longer waits is shown here no more. */
export function Decision({
  action,
  onChange,
}: {
  readonly action: Action;
  readonly onChange: (said: string | undefined) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (!isOpen && wasOpen.current) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (isOpen) return <Plan action={action} onDone={onChange} onCancel={() => setOpen(false)} />;
  return (
    <button
      ref={button}
      type="button"
      className="primary"
      aria-label={`${words.decide}… ${visible(action.target)}`}
      onClick={() => setOpen(true)}
    >
      {words.decide}…
    </button>
  );
}

function Plan({
  action,
  onDone,
  onCancel,
}: {
  readonly action: Action;
  readonly onDone: (said: string | undefined) => void;
  readonly onCancel: () => void;
}) {
  const { id, target, expiresAt } = action;
  const measure = measureOf(action);
  const [planned, setPlanned] = useState<Planned>();
  const plan = useAttempt();
  const word = useAttempt();
  const { attempt } = plan;
  useEffect(() => {
    const ttlMs = Math.max(1000, expiresAt - Date.now());
    void attempt(async () => setPlanned(await api.planAction({ body: { measure, target, ttlMs } })));
  }, [attempt, measure, target, expiresAt]);
  const decide = async (said: 'approve' | 'deny', reason: string): Promise<void> => {
    const say = said === 'approve' ? api.approveAction : api.denyAction;
    await word.attempt(async () => onDone(sayDecided(target, await say({ id, body: { reason } }))));
  };
  return (
    <div className="measure" data-testid="decision">
      {planned === undefined && plan.error === undefined && <p className="dim">{words.asking}</p>}
      <Failure words={plan.error} />
      {planned !== undefined && <PlanView planned={planned} />}
      <Word
        about={visible(target)}
        // Nothing is approved unseen.
        mayApprove={planned !== undefined}
        busy={word.busy}
        onWord={(said, reason) => void decide(said, reason)}
        onCancel={onCancel}
      />
      <Failure words={word.error} />
    </div>
  );
}
