/** Nothing is done about an attack of the tour: it happened elsewhere, and is gone when the tour ends. */
import { isRecorded } from '@netsentinel/contracts/recorded';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** Throws `INCIDENT_RECORDED` where this is an incident of the tour. */
export function refuseRecorded(incident: string | undefined): void {
  if (incident === undefined || !isRecorded(incident)) return;
  throw new NetSentinelError(
    'INCIDENT_RECORDED',
    'user',
    'This attack is a recording of the tour, and nothing is done about it: attack a decoy of your own, or end the tour.',
  );
}
