/** What scans have in common in the telling. */
import type { BehaviourFinding } from './behaviour.types.ts';
import type { RandomWalk } from './random-walk.ts';
import type { Contact } from './sighting.ts';

/** @param did what the host did, after its address */
export function scanFinding(seen: Contact, walk: RandomWalk, did: string): BehaviourFinding {
  const { source, fromInside, event } = seen;
  const answers = walk.answered === 0 ? '' : `; ${walk.answered} answered`;
  return {
    summary: `${source} ${did}${answers}`,
    evidence: walk.evidence,
    confidence: walk.confidence,
    // Anybody can send a packet in another's name; only an answer proves that the address is its own.
    verified: event.netsentinel.source_verified && (fromInside || walk.answered > 0),
    ...(fromInside ? {} : { techniques: ['T1595.001', 'T1046'], tactics: ['TA0043', 'TA0007'] }),
  };
}
