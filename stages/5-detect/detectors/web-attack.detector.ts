/** A web request that carries an injection, climbs out of its folder, or breaks the protocol: somebody tries to get in. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';
import { placeName, surest } from '../web-request.ts';
import { KINDS } from '../web/attack-kinds.ts';
import type { AttackKind } from '../web/web-inspection.types.ts';

const ATTACKS: ReadonlySet<AttackKind> = new Set([
  'traversal',
  'file-inclusion',
  'sql-injection',
  'nosql-injection',
  'command-injection',
  'ssrf',
  'template-injection',
  'log4shell',
  'php-injection',
  'java-injection',
  'node-injection',
  'xxe',
  'ldap-injection',
  'xpath-injection',
  'header-injection',
  'mail-injection',
  'request-smuggling',
]);
/** Below this a finding is only one of many that probing adds up. */
const SURE = 70;

export const webAttack = plainDetector(
  {
    id: 'web-attack',
    title: 'Attack on a web application',
    severity: 'high',
    confidence: 85,
    techniques: ['T1190', 'T1059'],
    tactics: ['TA0001', 'TA0002'],
    falsePositives: 'A security test of your own, or an application whose parameters carry code or queries by design.',
    on: ['request'],
  },
  ({ event }) => {
    const found = surest(event, ATTACKS, SURE);
    if (found === undefined) return undefined;
    return {
      summary: `${KINDS[found.kind].title} in ${quote(placeName(found))}: ${quote(found.evidence)}`,
      techniques: found.technique === 'T1190' ? ['T1190'] : ['T1190', found.technique],
    };
  },
);
