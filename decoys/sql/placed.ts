/** Where in the statement a value stands that does not fit: known to who compiled it, not to who converts it. */
import { SqlFault } from './sql-fault.ts';

/** A value that does not fit is complained of where it stands. */
export function placed<T>(at: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlFault && error.details.at === undefined && error.details.state === '22P02')
      throw new SqlFault(error.message, { ...error.details, at });
    throw error;
  }
}
