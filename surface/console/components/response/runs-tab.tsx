'use client';
/** Playbooks that there are, and their runs. */
import { useCallback, useEffect } from 'react';
import { api } from '../../lib/api.ts';
import { visible } from '../../lib/format.ts';
import { useLoaded } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Empty, Panel } from '../panel.tsx';
import { RunCard } from '../run-card.tsx';

const words = text.response;
/** A run's own progress is told to nobody live. */
const EVERY_MS = 5_000;
const SHOWN = 200;

export function RunsTab({
  isOpenOnly,
  now,
  onView,
}: {
  readonly isOpenOnly: boolean;
  readonly now: number;
  readonly onView: (parts: { readonly open: string }) => void;
}) {
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [list, runs] = await Promise.all([
        api.listPlaybooks(),
        api.listPlaybookRuns({ open: isOpenOnly ? 'true' : undefined, limit: SHOWN }),
      ]);
      return { playbooks: list.playbooks, runs: runs.runs };
    }, [isOpenOnly]),
  );
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <div className="response-runs">
      <Failure words={error} />
      {value !== undefined && (
        <>
          <Panel
            title={words.runs}
            tools={
              <label className="response-open">
                <input
                  type="checkbox"
                  checked={isOpenOnly}
                  onChange={(e) => onView({ open: e.target.checked ? '1' : '' })}
                />{' '}
                {words.openRuns}
              </label>
            }
          >
            {value.runs.length === 0 && (
              <Empty title={words.noRuns}>
                <p>{words.noRunsWhy}</p>
              </Empty>
            )}
            <ul className="actions response-cards">
              {value.runs.map((run) => (
                <RunCard key={run.id} run={run} now={now} withIncident onChange={reload} />
              ))}
            </ul>
          </Panel>
          <Panel title={words.playbooks}>
            {value.playbooks.length === 0 && (
              <Empty title={words.noPlaybooks}>
                <p>{words.noPlaybooksWhy}</p>
              </Empty>
            )}
            <ul className="actions">
              {value.playbooks.map(({ id, title, description, mode, once, steps, version }) => (
                <li key={id} className="action">
                  <p>
                    <strong>{visible(title)}</strong>{' '}
                    <span className="dim">
                      {words.playbookMode[mode]} {words.once[once]}, {words.version(version)}
                    </span>
                  </p>
                  {description !== undefined && <p>{visible(description)}</p>}
                  <p className="dim">
                    {words.steps}: {steps.map(visible).join(' → ')}
                  </p>
                </li>
              ))}
            </ul>
          </Panel>
        </>
      )}
    </div>
  );
}
