/** All that people did about an incident, the oldest first. */
import type { WorkEntry } from '@netsentinel/contracts/casework';
import { exactTime, isoTime, visible, visibleLines } from '../lib/format.ts';
import * as text from '../text/index.ts';

const words = text.incident.work;

export function WorkHistory({ entries }: { readonly entries: readonly WorkEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <ol className="work-history scroll" data-testid="work-history" tabIndex={0} aria-label={words.history}>
      {entries.map((entry, i) => (
        <li key={i}>
          <span className="dim">
            {/* Of the console’s own accounts the name is enough. */}
            {visible(entry.by.replace(/^console:/, ''))} <time dateTime={isoTime(entry.at)}>{exactTime(entry.at)}</time>
          </span>
          <Words entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function Words({ entry }: { readonly entry: WorkEntry }) {
  switch (entry.kind) {
    case 'note':
      return <pre className="detail">{visibleLines(entry.text)}</pre>;
    case 'assigned':
      return <p>{entry.to === undefined ? words.givenToNobody : words.givenTo(visible(entry.to))}</p>;
    case 'status':
      return (
        <p>
          {words.became[entry.status]}
          {entry.reason === undefined ? '' : words.because(visible(entry.reason))}
        </p>
      );
    case 'merged-into':
      return (
        <p>
          {words.madePart(visible(entry.incident))}
          {entry.reason === undefined ? '' : words.because(visible(entry.reason))}
        </p>
      );
    case 'took-in':
      return <p>{words.tookIn(visible(entry.incident))}</p>;
    default:
      return entry satisfies never;
  }
}
