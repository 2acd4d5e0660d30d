/** Questions to the state store that need no running NetSentinel. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { readKeyring } from '@netsentinel/kernel/keyring-files';
import type { Sealer } from '@netsentinel/kernel/sealer';
import { masterKeys, planEncryption } from '../config/encryption-plan.ts';
import { needData, settings } from './settings.ts';

/** Straight from the store, so that it works whether NetSentinel runs or not. Throws where it has never run on this data folder. */
export async function reading<T>(command: Command, work: (state: StateReader) => Promise<T>): Promise<T> {
  const { folder } = settings(command);
  needData(folder);
  return read(command, join(folder.platform, 'state.db'), work);
}

/** The same, or `otherwise` where NetSentinel has never run on this data folder. */
export async function readingIfAny<T>(
  command: Command,
  work: (state: StateReader) => Promise<T>,
  otherwise: T,
): Promise<T> {
  const file = join(settings(command).folder.platform, 'state.db');
  return existsSync(file) ? read(command, file, work) : otherwise;
}

async function read<T>(command: Command, file: string, work: (state: StateReader) => Promise<T>): Promise<T> {
  // Loaded when needed: `up` stays small without it.
  const { openSqliteStateReader } = await import('@netsentinel/store/state/sqlite/sqlite-state.store');
  const state = await openSqliteStateReader(file, keysOf(command));
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

/** The keys are read when something is that needs them: who has none may still see lists. */
function keysOf(command: Command): () => Sealer {
  let keys: Sealer | undefined;
  return () => {
    const { folder, loaded, configFile } = settings(command);
    keys ??= readKeyring({ directory: folder.platform, ...masterKeys(planEncryption(loaded, configFile)) });
    return keys;
  };
}
