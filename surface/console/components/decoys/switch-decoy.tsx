'use client';
/** Stops and starts a decoy, for whoever may. */
import { api } from '../../lib/api.ts';
import type { Decoy } from '../../lib/decoys.ts';
import { useMay } from '../../lib/session.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { Failure } from '../failure.tsx';

const words = text.decoys;

export function SwitchDecoy({
  decoy: { id, stopped },
  onChange,
}: {
  readonly decoy: Pick<Decoy, 'id' | 'stopped'>;
  readonly onChange: () => void;
}) {
  const maySwitch = useMay('decoys:write');
  const { busy, error, attempt } = useAttempt();
  if (!maySwitch) return null;
  const change = (what: () => Promise<unknown>): void => void attempt(what).finally(onChange);
  return (
    <span className="decoys-switch">
      {stopped ? (
        <button
          type="button"
          aria-label={`${words.start} ${id}`}
          disabled={busy}
          onClick={() => change(() => api.startDecoy({ id }))}
        >
          {words.start}
        </button>
      ) : (
        <AskFirst
          button={words.stop}
          about={id}
          question={words.stopQuestion}
          sure={words.stopSure}
          busy={busy}
          onSure={() => change(() => api.stopDecoy({ id }))}
        />
      )}
      <Failure words={error} />
    </span>
  );
}
