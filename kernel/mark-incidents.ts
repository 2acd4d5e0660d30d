/**
 * A state store that notes, in the transaction that changes an incident, that somebody is to look at it. After a crash the note is there if and only
 * if the change is.
 */
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';

/** `mark` writes the note; it is called after each incident that is put. */
export function markIncidents(
  state: StateStore,
  mark: (tx: StateTransaction, incident: string) => Promise<void>,
): StateStore {
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
            await mark(tx, incident.id);
          },
        }),
      ),
  };
}
