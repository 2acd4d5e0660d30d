/** A tool that looks for holes says its name. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';
import { surest } from '../web-request.ts';
import type { AttackKind } from '../web/web-inspection.types.ts';

const SCANNER: ReadonlySet<AttackKind> = new Set(['scanner']);

export const webScanner = plainDetector(
  {
    id: 'web-scanner',
    title: 'Vulnerability scanner',
    severity: 'medium',
    confidence: 90,
    techniques: ['T1595.002'],
    tactics: ['TA0043'],
    falsePositives: 'A scan that you ordered.',
    on: ['request'],
  },
  ({ event }) => {
    const found = surest(event, SCANNER, 50);
    return found === undefined ? undefined : { summary: `The client calls itself ${quote(found.evidence)}` };
  },
);
