'use client';
/** What waits for a person: measures, and playbooks that ask. */
import type { Action } from '@netsentinel/contracts/action';
import type { Run } from '../../lib/api.ts';
import * as text from '../../text/index.ts';
import { ActionCard } from '../action-card.tsx';
import { Empty } from '../panel.tsx';
import { RunCard } from '../run-card.tsx';

const words = text.response;

export function WaitingTab({
  actions,
  runs,
  now,
  onChange,
}: {
  readonly actions: readonly Action[];
  /** Those that ask. */
  readonly runs: readonly Run[];
  readonly now: number;
  /** `said`: what is to be told of the change. */
  readonly onChange: (said?: string) => void;
}) {
  return (
    <section data-testid="waiting" aria-label={words.tab.waiting}>
      {actions.length + runs.length === 0 ? (
        <div className="panel">
          <Empty title={words.nothingWaits}>
            <p>{words.nothingWaitsWhy}</p>
          </Empty>
        </div>
      ) : (
        <ul className="actions response-cards">
          {actions.map((one) => (
            <ActionCard key={one.id} action={one} now={now} withIncident onChange={onChange} />
          ))}
          {runs.map((run) => (
            <RunCard key={run.id} run={run} now={now} withIncident onChange={() => onChange()} />
          ))}
        </ul>
      )}
    </section>
  );
}
