'use client';
/** What was done about the attacker, what waits for a person, taking back, and a measure of one's own. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { useState } from 'react';
import { useNow } from '../lib/hooks.ts';
import { ActionCard } from './action-card.tsx';
import { TakeMeasure } from './take-measure.tsx';
import { Told } from './told.tsx';
import * as text from '../text/index.ts';

const words = text.incident.response;

export function ResponsePanel({
  incident,
  actions,
  onChange,
}: {
  readonly incident: Incident;
  readonly actions: readonly Action[];
  readonly onChange: () => void;
}) {
  const now = useNow(1_000);
  const [said, setSaid] = useState<string>();
  const changed = (words?: string): void => {
    setSaid(words);
    onChange();
  };
  return (
    <section data-testid="response">
      <h2>{words.title}</h2>
      <Told words={said} />
      {actions.length === 0 && <p className="dim">{words.none}</p>}
      <ul className="actions">
        {actions.map((one) => (
          <ActionCard key={one.id} action={one} now={now} onChange={changed} />
        ))}
      </ul>
      <div className="after">
        <TakeMeasure target={incident.actor} incident={incident.id} onChange={onChange} />
      </div>
    </section>
  );
}
