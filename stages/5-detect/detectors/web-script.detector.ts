/** A web request that carries script for the browser of someone else. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';
import { placeName, surest } from '../web-request.ts';
import type { AttackKind } from '../web/web-inspection.types.ts';

const SCRIPT: ReadonlySet<AttackKind> = new Set(['xss']);

export const webScript = plainDetector(
  {
    id: 'web-script',
    title: 'Cross-site scripting',
    severity: 'medium',
    confidence: 80,
    techniques: ['T1189', 'T1190'],
    tactics: ['TA0001'],
    falsePositives: 'An editor that sends markup as its content.',
    on: ['request'],
  },
  ({ event }) => {
    const found = surest(event, SCRIPT, 70);
    return found === undefined
      ? undefined
      : { summary: `Script in ${quote(placeName(found))}: ${quote(found.evidence)}` };
  },
);
