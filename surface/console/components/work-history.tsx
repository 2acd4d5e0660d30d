/** All that people did about an incident, the oldest first. */
import type { WorkEntry } from '@netsentinel/contracts/casework';
import { exactTime, isoTime, visible, visibleLines } from '../lib/format.ts';

export function WorkHistory({ entries }: { readonly entries: readonly WorkEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <ol className="work-history scroll" data-testid="work-history" tabIndex={0} aria-label="What was done">
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
      return <p>{entry.to === undefined ? 'Given to nobody' : `Given to ${visible(entry.to)}`}</p>;
    case 'status':
      return (
        <p>
          {entry.status === 'in-work' ? 'In work' : entry.status === 'closed' ? 'Closed' : 'Opened again'}
          {entry.reason === undefined ? '' : `: ${visible(entry.reason)}`}
        </p>
      );
    case 'merged-into':
      return (
        <p>
          Made a part of {visible(entry.incident)}
          {entry.reason === undefined ? '' : `: ${visible(entry.reason)}`}
        </p>
      );
    case 'took-in':
      return <p>Took in {visible(entry.incident)}</p>;
    default:
      return entry satisfies never;
  }
}
