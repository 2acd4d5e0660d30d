/** Rows that somebody's erasure takes away, on every engine. */
import type { ErasureBookWriter } from '@netsentinel/contracts/state-store';
import type { Transaction } from 'kysely';
import { memoryOf, type SealedColumns } from './sealed-columns.ts';
import type { Guard, StateTables } from './state.tables.ts';

export function erasureWriter(tx: Transaction<StateTables>, guard: Guard, columns: SealedColumns): ErasureBookWriter {
  return {
    removeIncidents: (ids) =>
      guard(async () => {
        let removed = 0n;
        for (const id of ids) {
          for (const table of ['alerts', 'incident_work', 'playbook_marks'] as const)
            await tx.deleteFrom(table).where('incident', '=', id).execute();
          removed += (await tx.deleteFrom('incidents').where('id', '=', id).executeTakeFirst()).numDeletedRows;
        }
        return Number(removed);
      }),
    forgetActors: (isMeant) =>
      guard(async () => {
        const rows = await tx.selectFrom('actor_states').select(['actor', 'state']).execute();
        const gone = rows.filter(({ actor, state }) => isMeant(actor, columns.showBytes(state, `actor ${actor}`)));
        for (const { actor } of gone) await tx.deleteFrom('actor_states').where('actor', '=', actor).execute();
        return gone.length;
      }),
    dropMemories: (isMeant) =>
      guard(async () => {
        const names = await tx.selectFrom('memories').select(['sensor', 'key']).execute();
        let dropped = 0;
        // One at a time: each may have a mebibyte.
        for (const { sensor, key } of names) {
          const row = tx.selectFrom('memories').select('value').where('sensor', '=', sensor).where('key', '=', key);
          const value = (await row.executeTakeFirst())?.value;
          if (value === undefined || !isMeant(key, columns.showBytes(value, memoryOf(sensor, key)))) continue;
          await tx.deleteFrom('memories').where('sensor', '=', sensor).where('key', '=', key).execute();
          dropped++;
        }
        return dropped;
      }),
  };
}
