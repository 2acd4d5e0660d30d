/**
 * The watcher's first stage, the only one with rights: opens the sockets that see packets, puts the filter on them for good, opens the kernel's tables of
 * sockets, gives up sending for good, and becomes the program that is named behind `--`, which is confined before it reads a byte. Nothing of an attacker's is read here.
 *
 *     node open-sockets.ts REQUEST -- PROGRAM ARGUMENT…
 */
import { existsSync, openSync, writeSync } from 'node:fs';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { programBytes } from './bpf.ts';
import { captureFilter } from './capture-filter.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { filterSystemCalls, inheritAs, openPacketSocket } from './libc.ts';
import { sendingRefused } from './no-sending.ts';
import { readTables } from './served-tables.ts';
import { readRequest, scopeOf } from './watch-scope.ts';

/** What comes while the second stage starts, or is away for a moment, waits here: some ten thousand packets. */
const BUFFER_BYTES = 16 * 1024 * 1024;
/** The bell is rung by the first packet; what follows is of no interest to it. */
const BELL_BYTES = 4096;

try {
  become();
} catch (error) {
  const known = error instanceof NetSentinelError ? error : undefined;
  const failed = {
    t: 'failed',
    code: known?.code ?? 'WATCHER_FAILED',
    message: describeError(error).slice(0, 2000),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  };
  // The launcher's channel, as Node speaks it: a line of JSON.
  writeSync(DESCRIPTORS.channel, `${JSON.stringify(failed)}\n`);
  process.exitCode = 1;
}

function become(): void {
  const [request, separator, program, ...args] = process.argv.slice(2);
  const wanted = readRequest(request ?? '{}');
  if (wanted === undefined || separator !== '--' || program === undefined)
    throw new NetSentinelError('WATCHER_BAD_REQUEST', 'bug', 'the launcher asked for what cannot be watched');
  const noSending = sendingRefused();
  if (noSending === undefined)
    throw new NetSentinelError('WATCHER_NO_RIGHTS', 'operational', `no filter of system calls for ${process.arch}`);
  const tables = { tcp: openTable('tcp'), tcp6: openTable('tcp6'), udp: openTable('udp'), udp6: openTable('udp6') };
  const filter = programBytes(captureFilter(scopeOf(wanted, readTables(tables))));
  const bell = openPacketSocket(filter, { bufferBytes: BELL_BYTES, nonBlocking: false });
  const packets = openPacketSocket(filter, { bufferBytes: BUFFER_BYTES, nonBlocking: true });
  for (const [name, fd] of Object.entries(tables)) inheritAs(fd, DESCRIPTORS.tables[name as keyof typeof tables]);
  inheritAs(packets, DESCRIPTORS.packets);
  inheritAs(bell, DESCRIPTORS.bell);
  // Node keeps what it inherited from those that it starts: named anew, it is passed on.
  inheritAs(DESCRIPTORS.channel, DESCRIPTORS.spare);
  inheritAs(DESCRIPTORS.spare, DESCRIPTORS.channel);
  filterSystemCalls(noSending);
  process.execve!(program, [program, ...args], { ...process.env, NODE_CHANNEL_FD: String(DESCRIPTORS.channel) });
}

function openTable(name: string): number {
  const path = `/proc/self/net/${name}`;
  return openSync(existsSync(path) ? path : '/dev/null', 'r');
}
