'use client';
/** One run of a playbook: where each step stands, and a person's word where it waits for one. */
import { Link } from './link.tsx';
import { api, segment, type Run } from '../lib/api.ts';
import { exactTime, relativeTime, visible } from '../lib/format.ts';
import { useMay } from '../lib/session.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { Word } from './word.tsx';

const words = text.measures.run;

export function RunCard({
  run,
  now,
  withIncident = false,
  onChange,
}: {
  readonly run: Run;
  readonly now: number;
  readonly withIncident?: boolean;
  readonly onChange: () => void;
}) {
  const { playbook, status, mode, detail, startedAt, steps, asks, incident } = run;
  const mayAnswer = useMay('response:write');
  const { busy, error, attempt } = useAttempt();
  const answer = async (step: string, word: 'approve' | 'deny', reason: string): Promise<void> => {
    if (await attempt(() => api.answerPlaybookRun({ id: run.id, body: { word, reason, step } }))) onChange();
  };
  return (
    <li className={asks.length > 0 ? 'action asks' : 'action'} data-testid="run">
      <p>
        <strong>{visible(playbook.title)}</strong>{' '}
        <span className="dim" title={exactTime(startedAt)}>
          {asks.length > 0 ? words.waits : status}
          {mode === 'simulate' ? ` ${words.simulated}` : ''}, {words.began(relativeTime(startedAt, now))}
        </span>
      </p>
      {detail !== undefined && <p className="dim">{visible(detail)}</p>}
      {withIncident && (
        <p>
          <Link href={`/incident/?id=${segment(incident)}`}>{text.measures.incident}</Link>
        </p>
      )}
      <ol className="run-steps">
        {steps.map((step) => (
          <li key={step.path}>
            {visible(step.name ?? step.what)}
            {step.name === undefined ? '' : ` (${visible(step.what)})`}:{' '}
            <span className="dim">
              {step.status}
              {step.detail === undefined ? '' : `, ${visible(step.detail)}`}
            </span>
          </li>
        ))}
      </ol>
      <Failure words={error} />
      {asks.map(({ step, question, by, until }) => (
        <div key={step} className="measure">
          <p>
            {visible(question)}{' '}
            <span className="dim">
              {by === undefined ? '' : words.askedOf(by.map(visible).join(', '))}
              {until === undefined ? '' : ` ${words.until(exactTime(until))}`}
            </span>
          </p>
          {mayAnswer && (
            <Word
              about={visible(question).slice(0, 100)}
              busy={busy}
              onWord={(word, reason) => void answer(step, word, reason)}
            />
          )}
        </div>
      ))}
    </li>
  );
}
