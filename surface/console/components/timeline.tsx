/** The story in order, newest last, each step with its techniques. */
import type { TimelineEntry } from '@netsentinel/contracts/incident';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import type { AttackNames } from '../lib/api.ts';
import { clockTime, exactTime, isoTime, visible, visibleLines, word } from '../lib/format.ts';
import { nameOf } from '../lib/hooks.ts';

export function Timeline({
  entries,
  names,
}: {
  readonly entries: readonly TimelineEntry[];
  readonly names: AttackNames | undefined;
}) {
  return (
    <ol className="timeline" data-testid="timeline">
      {entries.map((entry, i) => (
        <li
          key={`${entry.time}-${i}`}
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
        </li>
      ))}
    </ol>
  );
}
