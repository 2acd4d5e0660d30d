/** What known scanners do as a matter of course weighs little: they look, and go on. Whatever else they do weighs as it does of anybody. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { KnownScanner } from '@netsentinel/contracts/scanner';
import { atLeast } from './score.ts';

/** Active scanning, gathering what a network and its machines are, and looking for services. */
const LOOKING = new Set(['T1595', 'T1590', 'T1592', 'T1046', 'T1018']);

/** Secrets in files: whoever asks a web server for a list of names asks for these. Alone it means that somebody read them. */
const ASKED_FOR = 'T1552.001';

export function temper(detections: readonly Detection[], scanner: KnownScanner | undefined): readonly Detection[] {
  if (scanner === undefined) return detections;
  return detections.map((one) =>
    isLooking(one) && atLeast(one.severity, 'medium') ? { ...one, severity: 'low' as const } : one,
  );
}

function isLooking({ techniques }: Detection): boolean {
  const looks = (id: string): boolean => LOOKING.has(id.slice(0, 5));
  return techniques.some(looks) && techniques.every((id) => looks(id) || id === ASKED_FOR);
}
