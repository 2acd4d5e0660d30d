'use client';
/** Turns a rule off for a time or for good, and on again: with a reason, which whoever comes later reads. */
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import { useState, type FormEvent } from 'react';
import { api } from '../../lib/api.ts';
import { visible } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import { useMay } from '../../lib/session.ts';
import { oneOf } from '../../lib/url-view.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';

const words = text.rules;
const DURATIONS = ['', '3600000', '86400000', '604800000'] as const;
const MAX_REASON = 500;

export function RuleSwitch({ rule, onChange }: { readonly rule: RuleCard; readonly onChange: () => void }) {
  const mayWrite = useMay('rules:write');
  const [reason, setReason] = useState('');
  const [forMs, setForMs] = useState<(typeof DURATIONS)[number]>('');
  const { busy, error, attempt } = useAttempt();
  const now = useNow();
  const { id, enabled, off } = rule;
  if (!mayWrite && off === undefined) return null;
  const turn = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const why = reason.trim().toWellFormed();
      const until = forMs === '' ? undefined : new Date(Date.now() + Number(forMs)).toISOString();
      await api.changeRule({
        id,
        body: enabled ? { enabled: false, reason: why, until } : { enabled: true, reason: why },
      });
      setReason('');
      onChange();
    });
  };
  return (
    <Panel title={enabled ? words.switchOff : words.switchOn}>
      {off !== undefined && (
        <p>
          {words.isOff(visible(off.by))}, <Ago at={Date.parse(off.at)} now={now} />: “{visible(off.reason)}”
        </p>
      )}
      <Failure words={error} />
      {mayWrite && (
        <form className="rule-form" onSubmit={turn}>
          <label>
            {words.why}
            <input value={reason} maxLength={MAX_REASON} required onChange={(e) => setReason(e.target.value)} />
          </label>
          {enabled && (
            <label>
              {words.offFor}
              <select value={forMs} onChange={(e) => setForMs(oneOf(e.target.value, DURATIONS))}>
                {DURATIONS.map((one) => (
                  <option key={one} value={one}>
                    {words.durations[one]}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button type="submit" className={enabled ? 'danger' : 'primary'} disabled={busy || reason.trim() === ''}>
            {enabled ? words.switchOff : words.switchOn}
          </button>
        </form>
      )}
    </Panel>
  );
}
