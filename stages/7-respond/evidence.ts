/** What kinds of evidence an incident rests on. Kinds are independent of each other: two of them are seldom wrong together. Pure. */
import type { EvidenceKind } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';

const HONEYTOKEN = 'honeytoken-use';
const DECOY = /^decoy-/;
const SCAN = /(?:^|-)(?:scan|sweep)$/;

export function evidenceOf({
  sessions,
  inside,
  detections,
}: Pick<Incident, 'sessions' | 'inside' | 'detections'>): EvidenceKind[] {
  const kinds = new Set<EvidenceKind>();
  const atDecoys = sessions.length > 0 || inside === 'decoy';
  if (atDecoys) kinds.add('decoy');
  for (const { rule } of detections) {
    if (rule === HONEYTOKEN) kinds.add('honeytoken');
    else if (rule === 'decoy-scan' || (SCAN.test(rule) && !DECOY.test(rule))) kinds.add('scan');
    else if (DECOY.test(rule)) kinds.add('decoy');
    // What was done inside a decoy tells nothing that the decoy had not told.
    else if (!atDecoys || inside === 'machine') kinds.add('log');
  }
  return [...kinds].toSorted();
}
