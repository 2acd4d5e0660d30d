/** Parts that were told to stop, by name; one that does not stop well does not keep the others. */
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';

export async function allStopped(
  parts: Readonly<Record<string, Promise<void> | undefined>>,
  log: Logger,
): Promise<void> {
  for (const [what, end] of Object.entries(parts))
    await end?.catch((error: unknown) => log.error('a part did not stop well', { what, error: describeError(error) }));
}
