/** How far the attack came: all tactics of ATT&CK in order, those that were reached lead to where. */
import type { Incident } from '@netsentinel/contracts/incident';
import type { AttackNames } from '../../lib/api.ts';
import { tacticSteps } from '../../lib/story.ts';
import * as text from '../../text/index.ts';

const words = text.incident.band;

export function TacticBand(props: {
  readonly incident: Incident;
  readonly names: AttackNames | undefined;
  readonly onChoose: (entry: number) => void;
}) {
  const { incident, names, onChoose } = props;
  return (
    <ol className="tactic-band" aria-label={words.label} data-testid="tactics">
      {tacticSteps(incident, names).map(({ id, name, reached, entry }) => (
        <li key={id} className={reached === undefined ? undefined : 'reached'}>
          {reached === undefined ? (
            <span title={words.notReached(name)}>{name}</span>
          ) : entry === undefined ? (
            <span title={words.reachedOnly(name, reached)}>
              <b>{reached}</b> {name}
            </span>
          ) : (
            <button type="button" title={words.reached(name, reached)} onClick={() => onChoose(entry)}>
              <b>{reached}</b> {name}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
