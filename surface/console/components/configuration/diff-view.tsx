/** What differs between two texts, line by line; read aloud as added and removed, not by colour alone. */
import { hunksOf, type DiffLine } from '../../lib/configuration.ts';
import { visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';

const words = text.settings.configuration;
const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

export function DiffView({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }) {
  const added = lines.filter(({ change }) => change === 'added').length;
  const removed = lines.filter(({ change }) => change === 'removed').length;
  if (added + removed === 0) return <p>{words.equal}</p>;
  return (
    <figure className="diff" aria-label={label} data-testid="diff">
      <figcaption className="dim">{words.count(added, removed)}</figcaption>
      <ol tabIndex={0} aria-label={label}>
        {hunksOf(lines).map((line, n) =>
          'omitted' in line ? (
            <li key={n} className="diff-omitted">
              ⋯ {words.omitted(line.omitted)}
            </li>
          ) : (
            <li key={n} className={`diff-${line.change}`}>
              <span aria-hidden>{SIGNS[line.change]} </span>
              {line.change !== 'same' && <span className="unseen">{words[line.change]}: </span>}
              {visible(line.text)}
            </li>
          ),
        )}
      </ol>
    </figure>
  );
}
