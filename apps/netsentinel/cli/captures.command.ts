/** `response captures`: the files of packets there are. Reads them where they lie, so it works when nothing runs. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { isLeft, readRecords, type SeenRecord } from '@netsentinel/watcher/capture/capture-record';
import { print, printJson, safe, table, when } from './output.ts';
import { settings } from './settings.ts';

export function addCaptures(response: Command): void {
  response
    .command('captures')
    .description('the files of packets that captures have written, the oldest first')
    .option('--json', 'print JSON: one file a line')
    .action((options: { json?: boolean }, command: Command) => {
      const { captures } = settings(command).folder;
      const now = Date.now();
      const files = recordsIn(captures).map((record) => ({ ...record, state: stateOf(record, now) }));
      if (options.json === true)
        return files.forEach((one) => {
          const { seenAt: _, ...file } = one;
          printJson({ ...file, path: join(captures, file.file) });
        });
      if (files.length === 0) return print('nothing was captured');
      table(
        ['file', 'network', 'order', 'state', 'packets', 'bytes', 'dropped', 'from', 'to'],
        files.map((one) => [
          safe(one.file, 192),
          safe(one.network, 49),
          safe(one.order, 64),
          one.state,
          String(one.packets),
          String(one.bytes),
          String(one.dropped),
          when(one.startedAt),
          one.endedAt === undefined ? '' : when(one.endedAt),
        ]),
      );
      return print(`\nin ${captures}`);
    });
}

function recordsIn(folder: string): SeenRecord[] {
  try {
    return readRecords(folder);
  } catch (error) {
    throw new NetSentinelError('CAPTURES_NOT_READABLE', 'user', `${folder} cannot be read`, {
      hint: 'What was captured is for root alone.',
      cause: error,
    });
  }
}

/** A file that its writer left behind is ended by the next capture; until then it says that it is written. */
function stateOf(record: SeenRecord, now: number): SeenRecord['state'] {
  return isLeft(record, now) ? 'interrupted' : record.state;
}
