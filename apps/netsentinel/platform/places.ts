/** Where addresses are, from the table that is configured. */
import type { Logger } from '@netsentinel/contracts/log';
import type { PlaceOf } from '@netsentinel/contracts/place';
import type { PlaceFiles } from '@netsentinel/enrich/places/read-places';
import { describeError } from '@netsentinel/kernel/errors';

/** A table that cannot be read is no reason to stand still: all else is found without it. */
export async function placesOf(files: PlaceFiles | undefined, log: Logger): Promise<PlaceOf | undefined> {
  if (files === undefined) return undefined;
  const { readPlaces } = await import('@netsentinel/enrich/places/read-places');
  return readPlaces(files).catch((error: unknown) => {
    log.error('where addresses are is not known: impossible travel is not found', { error: describeError(error) });
    return undefined;
  });
}
