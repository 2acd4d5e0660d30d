'use client';
/** Who is not heard any more: what an attacker who switched the logs off would look like. Nothing while everybody is. */
import type { SilentSource } from '@netsentinel/contracts/source';
import { isoTime, relativeTime, visible } from '../lib/format.ts';
import { useNow } from '../lib/hooks.ts';
import { useStatus } from '../lib/live.ts';
import * as text from '../text/index.ts';

const words = text.parts.silent;
/** Named at once; the others are folded away. */
const SHOWN = 3;

export function SilentSources() {
  const sources = useStatus()?.sources;
  const now = useNow();
  if (sources === undefined || sources.silent === 0) return null;
  const { latest, silent } = sources;
  const more = latest.slice(SHOWN);
  return (
    <section className="notice silent" role="status" aria-label={words.label}>
      <strong>{words.title(silent)}</strong>
      <List sources={latest.slice(0, SHOWN)} now={now} />
      {more.length > 0 && (
        <details>
          <summary>{words.more(silent - SHOWN)}</summary>
          <List sources={more} now={now} />
          {silent > latest.length && <div className="dim">{words.others(silent - latest.length)}</div>}
        </details>
      )}
    </section>
  );
}

function List({ sources, now }: { readonly sources: readonly SilentSource[]; readonly now: number }) {
  return (
    <ul>
      {sources.map(({ sensor, source, lastSeen }) => (
        <li key={`${sensor} ${source}`}>
          <span className="dot bad" /> <code>{visible(source === '' ? sensor : source)}</code>{' '}
          <span className="dim">
            {source === '' ? words.noSign : words.of(visible(sensor))}, {words.lastHeard}{' '}
            <time dateTime={isoTime(lastSeen)}>{relativeTime(lastSeen, now)}</time>
          </span>
        </li>
      ))}
    </ul>
  );
}
