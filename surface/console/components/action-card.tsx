'use client';
/** One block or other measure: how it stands, a person's word where it waits for one, and taking it back. */
import { Link } from './link.tsx';
import type { Action } from '@netsentinel/contracts/action';
import { api, segment } from '../lib/api.ts';
import { duration, exactTime, visible } from '../lib/format.ts';
import { sayAction } from '../lib/say-action.ts';
import { useMay } from '../lib/session.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Decision } from './decision.tsx';
import { Failure } from './failure.tsx';

const words = text.measures;

export function ActionCard({
  action,
  now,
  withIncident = false,
  onChange,
}: {
  readonly action: Action;
  readonly now: number;
  readonly withIncident?: boolean;
  /** `said`: what is to be told of the change, once this card may be gone. */
  readonly onChange: (said?: string) => void;
}) {
  const { id, status, target, detail, reason, incident, expiresAt } = action;
  const mayOrder = useMay('response:write');
  const { busy, error, attempt } = useAttempt();
  const inForce = status === 'applied' || status === 'verified';
  const revert = async (): Promise<void> => {
    if (await attempt(() => api.revertAction({ id }))) onChange();
  };
  return (
    <li className={`action status-${status}`} data-testid="action">
      <p>
        <strong>{sayAction(action)}</strong> <code>{visible(target)}</code>
      </p>
      {detail !== undefined && <p className="dim">{visible(detail)}</p>}
      <p className="dim">{visible(reason)}</p>
      {withIncident && incident !== '' && (
        <p>
          <Link href={`/incident/?id=${segment(incident)}`}>{words.incident}</Link>
        </p>
      )}
      {inForce && (
        <p className="dim" title={exactTime(expiresAt)}>
          {expiresAt > now ? words.letsGo(duration(expiresAt - now)) : words.lettingGo}
        </p>
      )}
      <Failure words={error} />
      {isWaiting(action) && expiresAt > now && mayOrder && <Decision action={action} onChange={onChange} />}
      {inForce && mayOrder && (
        <button type="button" disabled={busy} onClick={() => void revert()}>
          {words.revert}
        </button>
      )}
    </li>
  );
}

/** One of several responders may wait where the others have done their part. */
function isWaiting({ status, parts = [] }: Action): boolean {
  return status === 'awaiting-approval' || parts.some((part) => part.status === 'awaiting-approval');
}
