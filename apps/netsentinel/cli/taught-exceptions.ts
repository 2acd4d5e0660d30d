/** The exceptions that incidents taught, as the commands read them: from the state, whether NetSentinel runs or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Exception } from '@netsentinel/contracts/exception';
import { settings } from './settings.ts';

/** None where NetSentinel has never run on this folder. */
export async function taughtExceptions(command: Command): Promise<readonly Exception[]> {
  const file = join(settings(command).folder.platform, 'state.db');
  if (!existsSync(file)) return [];
  const { openSqliteStateReader } = await import('@netsentinel/store/state/sqlite/sqlite-state.store');
  const state = await openSqliteStateReader(file);
  try {
    return await state.exceptions();
  } finally {
    await state.close();
  }
}
