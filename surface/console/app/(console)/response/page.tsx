'use client';
/** What waits for a person, and what is in force, of all attackers. */
import { useCallback, useEffect, useState } from 'react';
import { ActionCard } from '../../../components/action-card.tsx';
import { Failure } from '../../../components/failure.tsx';
import { RunCard } from '../../../components/run-card.tsx';
import { TakeMeasure } from '../../../components/take-measure.tsx';
import { Told } from '../../../components/told.tsx';
import { api } from '../../../lib/api.ts';
import { useLoaded, useNow } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';

/** A run's own progress is told to nobody live. */
const EVERY_MS = 5_000;
/** Actions of a list, the newest. */
const SHOWN = 200;

export default function ResponsePage() {
  const load = useCallback(async () => {
    const [waiting, inForce, open] = await Promise.all([
      api.listActions({ status: 'awaiting-approval', limit: SHOWN }),
      api.listActions({ status: ['applied', 'verified', 'planned'], limit: SHOWN }),
      api.listPlaybookRuns({ open: 'true', limit: 1000 }),
    ]);
    return { waiting: waiting.actions, inForce: inForce.actions, runs: open.runs };
  }, []);
  const { value, error, reload } = useLoaded(load);
  const now = useNow(1_000);
  const [said, setSaid] = useState<string>();
  const changed = (words?: string): void => {
    setSaid(words);
    reload();
  };
  useLive('action', reload, reload);
  useEffect(() => {
    document.title = 'Response – NetSentinel';
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <article className="story response">
      <header>
        <h1>Response</h1>
        <p className="dim">Blocks and other measures, and runs of playbooks, of all attackers.</p>
      </header>
      <Failure words={error} />
      <Told words={said} />
      <TakeMeasure onChange={reload} />
      {value === undefined ? (
        error === undefined && <p className="centre">Loading…</p>
      ) : (
        <>
          <section data-testid="waiting">
            <h2>Waiting for a person</h2>
            {value.waiting.length + value.runs.filter(({ asks }) => asks.length > 0).length === 0 && (
              <p className="dim">Nothing waits.</p>
            )}
            <ul className="actions">
              {value.waiting.map((one) => (
                <ActionCard key={one.id} action={one} now={now} withIncident onChange={changed} />
              ))}
              {value.runs
                .filter(({ asks }) => asks.length > 0)
                .map((run) => (
                  <RunCard key={run.id} run={run} now={now} withIncident onChange={reload} />
                ))}
            </ul>
          </section>
          <section data-testid="in-force">
            <h2>
              In force
              {value.inForce.length >= SHOWN && <span className="dim">the newest {SHOWN}</span>}
            </h2>
            {value.inForce.length === 0 && <p className="dim">Nothing is in force.</p>}
            <ul className="actions">
              {value.inForce.map((one) => (
                <ActionCard key={one.id} action={one} now={now} withIncident onChange={changed} />
              ))}
            </ul>
          </section>
        </>
      )}
    </article>
  );
}
