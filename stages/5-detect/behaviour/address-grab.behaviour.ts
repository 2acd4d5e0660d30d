/** One client asks for one address of the network after the other: it looks for free ones, or takes them all so that nobody else gets any. */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import type { Sighting } from './sighting.ts';

const KEEP_MS = 60 * 60_000;
/** A notebook that travels asks for the two or three that it had elsewhere. */
const MANY = 5;
const MAX_KEPT = 256;
const MAX_EVIDENCE = 16;

const info: BehaviourInfo = {
  id: 'address-grab',
  title: 'DHCP scan',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1018', 'T1557.003'],
  tactics: ['TA0007', 'TA0006'],
  falsePositives: 'A relay whose clients all appear under its own address.',
  on: ['lease'],
};

interface Asked {
  readonly wanted: Set<string>;
  readonly evidence: string[];
  nextReport: number;
}

export const addressGrab: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const clients = new BoundedTable<Asked>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'lease') return;
        const { actorHash, source, wanted, event } = seen;
        const asked = clients.getOrAdd(actorHash, () => ({
          wanted: new Set(),
          evidence: [],
          nextReport: MANY,
        }));
        if (asked.wanted.has(wanted) || asked.wanted.size >= MAX_KEPT) return;
        asked.wanted.add(wanted);
        asked.evidence.push(event.event.id);
        if (asked.evidence.length > MAX_EVIDENCE) asked.evidence.shift();
        if (asked.wanted.size < asked.nextReport) return;
        asked.nextReport *= 4;
        report({
          summary: `${source} asked the DHCP server for ${asked.wanted.size} different addresses, lately ${wanted}`,
          evidence: asked.evidence,
          verified: event.netsentinel.source_verified,
        });
      },
      expire: (nowMs) => clients.expire(nowMs),
      get stats() {
        return clients.stats;
      },
    };
  },
};
