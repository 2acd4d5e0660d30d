import type { DecoyState } from '../../lib/decoys.ts';
import * as text from '../../text/index.ts';

const words = text.decoys;

/** How a decoy does: a word, and a dot for who looks from afar. */
export function DecoyStateBadge({ state }: { readonly state: DecoyState }) {
  return (
    <span
      className={`badge decoys-state ${state}`}
      title={state === 'failing' ? words.failingHelp : undefined}
      data-testid="decoy-state"
    >
      {words.states[state]}
    </span>
  );
}
