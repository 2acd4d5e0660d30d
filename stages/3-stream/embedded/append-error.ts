/** What callers are told when a commit could not be written, and what they can do about it. */
import { describeError, isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';

export function appendError(cause: unknown): NetSentinelError {
  if (isDiskFull(cause)) {
    const hint = 'Free some space or lower the retention; appending works again as soon as there is room.';
    return new NetSentinelError(
      'STREAM_DISK_FULL',
      'operational',
      'The disk of the stream is full; nothing was appended.',
      { cause, hint },
    );
  }
  const hint = 'Look at the disk and at the kernel log; appending is tried anew with each call.';
  return new NetSentinelError(
    'STREAM_WRITE_FAILED',
    'operational',
    `The stream could not be written: ${describeError(cause)}`,
    { cause, hint },
  );
}
