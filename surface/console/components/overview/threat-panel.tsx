'use client';
/** How things are now, in one number and one word. */
import type { GetSeriesAnswer, GetSummaryAnswer } from '@netsentinel/client';
import * as text from '../../text/index.ts';
import { Spark } from '../charts/spark.tsx';
import { Panel } from '../panel.tsx';

const words = text.overview;
const RADIUS = 52;
/** Three quarters of a circle. */
const ARC = 2 * Math.PI * RADIUS * 0.75;

export function ThreatPanel({
  threat,
  before,
}: {
  readonly threat: GetSummaryAnswer['threat'];
  /** How it came to be so. */
  readonly before: GetSeriesAnswer;
}) {
  const { score, level } = threat;
  const values = (before.lines[0]?.points ?? []).map((n) => n ?? 0);
  return (
    <Panel title={words.threat} className={`threat threat-${level}`}>
      <div className="threat-dial" role="img" aria-label={words.threatLabel(level, score)}>
        <svg viewBox="0 0 120 120" aria-hidden>
          <circle className="threat-track" cx="60" cy="60" r={RADIUS} strokeDasharray={`${ARC} 1000`} />
          <circle
            className="threat-value"
            cx="60"
            cy="60"
            r={RADIUS}
            strokeDasharray={`${(ARC * Math.min(100, Math.max(0, score))) / 100} 1000`}
          />
        </svg>
        <p aria-hidden>
          <strong>{score}</strong>
          <span>{level}</span>
        </p>
      </div>
      <p className="dim">{words.threatAbout[level]}</p>
      {values.some((n) => n > 0) && <Spark label={words.threatBefore(Math.max(...values))} values={values} />}
    </Panel>
  );
}
