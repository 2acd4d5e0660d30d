/**
 * What every first stage does, the only part with rights: it opens what it needs, gives up sending for good, and becomes the program that is named behind `--`,
 * which is confined before it reads a byte. Nothing of an attacker's is read here.
 *
 *     node STAGE.ts REQUEST -- PROGRAM ARGUMENT…
 */
import { writeSync } from 'node:fs';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { DESCRIPTORS } from './descriptors.ts';
import { filterSystemCalls, inheritAs } from './libc.ts';
import { sendingRefused } from './no-sending.ts';

/** @param open opens the descriptors that the second stage inherits; what it throws, the launcher is told */
export function runFirstStage(open: (request: string) => void): void {
  try {
    const [request, separator, program, ...args] = process.argv.slice(2);
    if (request === undefined || separator !== '--' || program === undefined)
      throw new NetSentinelError('PACKETS_BAD_REQUEST', 'bug', 'the launcher named no program to become');
    const noSending = sendingRefused();
    if (noSending === undefined)
      throw new NetSentinelError('PACKETS_NO_RIGHTS', 'operational', `no filter of system calls for ${process.arch}`);
    open(request);
    // Node keeps what it inherited from those that it starts: named anew, it is passed on.
    inheritAs(DESCRIPTORS.channel, DESCRIPTORS.spare);
    inheritAs(DESCRIPTORS.spare, DESCRIPTORS.channel);
    filterSystemCalls(noSending);
    process.execve!(program, [program, ...args], { ...process.env, NODE_CHANNEL_FD: String(DESCRIPTORS.channel) });
  } catch (error) {
    const known = error instanceof NetSentinelError ? error : undefined;
    const failed = {
      t: 'failed',
      code: known?.code ?? 'PACKETS_FAILED',
      message: describeError(error).slice(0, 2000),
      ...(known?.hint === undefined ? {} : { hint: known.hint }),
    };
    // The launcher's channel, as Node speaks it: a line of JSON.
    writeSync(DESCRIPTORS.channel, `${JSON.stringify(failed)}\n`);
    process.exitCode = 1;
  }
}
