/** The watcher's first stage: opens the sockets that see packets, puts the filter on them for good, and opens the kernel's tables of sockets. */
import { existsSync, openSync } from 'node:fs';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { programBytes } from './bpf.ts';
import { captureFilter } from './capture-filter.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { runFirstStage } from './first-stage.ts';
import { inheritAs, openPacketSocket } from './libc.ts';
import { readTables } from './served-tables.ts';
import { readRequest, scopeOf } from './watch-scope.ts';

/** What comes while the second stage starts, or is away for a moment, waits here: some ten thousand packets. */
const BUFFER_BYTES = 16 * 1024 * 1024;
/** The bell is rung by the first packet; what follows is of no interest to it. */
const BELL_BYTES = 4096;

runFirstStage((request) => {
  const wanted = readRequest(request);
  if (wanted === undefined)
    throw new NetSentinelError('WATCHER_BAD_REQUEST', 'bug', 'the launcher asked for what cannot be watched');
  const tables = { tcp: openTable('tcp'), tcp6: openTable('tcp6'), udp: openTable('udp'), udp6: openTable('udp6') };
  const filter = programBytes(captureFilter(scopeOf(wanted, readTables(tables))));
  const bell = openPacketSocket(filter, { bufferBytes: BELL_BYTES, nonBlocking: false });
  const packets = openPacketSocket(filter, { bufferBytes: BUFFER_BYTES, nonBlocking: true });
  for (const [name, fd] of Object.entries(tables)) inheritAs(fd, DESCRIPTORS.tables[name as keyof typeof tables]);
  inheritAs(packets, DESCRIPTORS.packets);
  inheritAs(bell, DESCRIPTORS.bell);
});

function openTable(name: string): number {
  const path = `/proc/self/net/${name}`;
  return openSync(existsSync(path) ? path : '/dev/null', 'r');
}
