/** A state store of which only the settings work, in memory. */
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';

export function settingsOnly(): StateStore {
  const settings = new Map<string, string>();
  const tx: Partial<StateTransaction> = {
    setting: (key) => Promise.resolve(settings.get(key)),
    putSetting: (key, value) => {
      if (value === undefined) settings.delete(key);
      else settings.set(key, value);
      return Promise.resolve();
    },
  };
  const transaction: StateStore['transaction'] = (work) => work(tx as StateTransaction);
  return { read: tx as StateTransaction, transaction } as unknown as StateStore;
}
