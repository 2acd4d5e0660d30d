/** Questions to the state store that need no running NetSentinel. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { needData, settings } from './settings.ts';

/** Straight from the store, so that it works whether NetSentinel runs or not. Throws where it has never run on this data folder. */
export async function reading<T>(command: Command, work: (state: StateReader) => Promise<T>): Promise<T> {
  const { folder } = settings(command);
  needData(folder);
  return read(join(folder.platform, 'state.db'), work);
}

/** The same, or `otherwise` where NetSentinel has never run on this data folder. */
export async function readingIfAny<T>(
  command: Command,
  work: (state: StateReader) => Promise<T>,
  otherwise: T,
): Promise<T> {
  const file = join(settings(command).folder.platform, 'state.db');
  return existsSync(file) ? read(file, work) : otherwise;
}

async function read<T>(file: string, work: (state: StateReader) => Promise<T>): Promise<T> {
  // Loaded when needed: `up` stays small without it.
  const { openSqliteStateReader } = await import('@netsentinel/store/state/sqlite/sqlite-state.store');
  const state = await openSqliteStateReader(file);
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}
