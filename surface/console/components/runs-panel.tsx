'use client';
/** Runs of playbooks for an incident; nothing where there are none. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { useCallback, useEffect } from 'react';
import { api } from '../lib/api.ts';
import { useLoaded, useNow } from '../lib/hooks.ts';
import { useLive } from '../lib/live.ts';
import { Failure } from './failure.tsx';
import { RunCard } from './run-card.tsx';
import type { ListPlaybookRunsAnswer } from '@netsentinel/client';
import * as text from '../text/index.ts';

const words = text.incident.runs;
type Runs = ListPlaybookRunsAnswer;

/** A step's own progress is told to nobody live. */
const EVERY_MS = 5_000;

export function RunsPanel({ incident, first }: { readonly incident: string; readonly first: Runs }) {
  const { value, error, reload } = useLoaded(
    useCallback(() => api.listPlaybookRuns({ incident, limit: 1000 }), [incident]),
    first,
  );
  const now = useNow();
  const onIncident = useCallback(
    ({ id }: IncidentSummary) => {
      if (id === incident) reload();
    },
    [incident, reload],
  );
  useLive('incident', onIncident);
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const runs = value?.runs ?? [];
  if (runs.length === 0 && error === undefined) return null;
  return (
    <section data-testid="runs">
      <h2>{words}</h2>
      <Failure words={error} />
      <ul className="actions">
        {runs.map((run) => (
          <RunCard key={run.id} run={run} now={now} onChange={reload} />
        ))}
      </ul>
    </section>
  );
}
