/** The story in order, newest last, each step with its techniques, and a way to where the replay shows it. */
import type { TimelineEntry } from '@netsentinel/contracts/incident';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import { Play } from 'lucide-react';
import type { AttackNames } from '../../lib/api.ts';
import { clockTime, exactTime, isoTime, visible, visibleLines, word } from '../../lib/format.ts';
import { nameOf } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';

const words = text.incident.terminal;

/** The id of an entry's element. */
export function stepId(index: number): string {
  return `step-${index}`;
}

export function Timeline(props: {
  readonly entries: readonly TimelineEntry[];
  readonly names: AttackNames | undefined;
  /** The entry that the replay is at. */
  readonly at: number | undefined;
  /** Whether a replay shows this entry. */
  readonly isShown: (entry: TimelineEntry) => boolean;
  readonly onShow: (entry: TimelineEntry) => void;
}) {
  const { entries, names, at, isShown, onShow } = props;
  return (
    <ol className="timeline" data-testid="timeline">
      {entries.map((entry, i) => (
        <li
          key={`${entry.time}-${i}`}
          id={stepId(i)}
          tabIndex={-1}
          aria-current={i === at ? 'step' : undefined}
          className={`step kind-${word(entry.kind)} ${entry.severity === undefined ? '' : `severity-${entry.severity}`}`}
        >
          <time dateTime={isoTime(entry.time)} title={exactTime(entry.time)}>
            {clockTime(entry.time)}
          </time>
          <div>
            <p className="title">
              {entry.protocol !== undefined && <span className="service">{protocolName(visible(entry.protocol))}</span>}
              {visible(entry.title)}
            </p>
            {entry.detail !== undefined && <pre className="detail">{visibleLines(entry.detail)}</pre>}
            {entry.techniques !== undefined && entry.techniques.length > 0 && (
              <p className="dim">
                {entry.techniques.map((id) => `${id} ${nameOf(names?.techniques, id) ?? ''}`.trim()).join(' · ')}
              </p>
            )}
          </div>
          {isShown(entry) && (
            <button
              type="button"
              className="quiet icon step-show"
              title={words.show}
              aria-label={words.showWhat(visible(entry.title))}
              onClick={() => onShow(entry)}
            >
              <Play size={13} aria-hidden />
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
