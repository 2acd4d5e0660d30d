/**
 * A state store that notes, in the transaction that changes an incident, that people may have to be told. After a crash the note is there if and
 * only if the change is.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';

export function markChanges(state: StateStore, clock: Clock): StateStore {
  return {
    read: state.read,
    backup: (file) => state.backup(file),
    close: () => state.close(),
    transaction: (work) =>
      state.transaction((tx) =>
        work({
          ...tx,
          putIncident: async (incident) => {
            await tx.putIncident(incident);
            await tx.alertDue(incident.id, clock.now());
          },
        }),
      ),
  };
}
