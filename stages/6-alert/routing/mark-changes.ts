/** A state store that notes with each change of an incident that people may have to be told. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { markIncidents } from '@netsentinel/kernel/mark-incidents';

export function markChanges(state: StateStore, clock: Clock): StateStore {
  return markIncidents(state, (tx, incident) => tx.alertDue(incident, clock.now()));
}
