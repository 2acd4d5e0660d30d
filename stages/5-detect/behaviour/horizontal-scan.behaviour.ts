/** One host asks many others for the same thing (a port, an echo, an ARP answer) and mostly fails: it does not know who is there. */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { ContactWalks } from './contact-walks.ts';
import { hashOf, keyOf } from './key-hash.ts';
import { DOUBTFUL, KNOWING, VISITING, type WalkTest } from './random-walk.ts';
import { scanFinding } from './scan-finding.ts';
import type { Contact, Sighting } from './sighting.ts';

/** Ports of what people and programs visit all day. */
const VISITED = new Set([25, 53, 80, 123, 443, 853, 3478, 8080, 8443]);

const info: BehaviourInfo = {
  id: 'horizontal-scan',
  title: 'Scan of many hosts',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1046'],
  tactics: ['TA0007'],
  falsePositives:
    'Monitoring and inventory systems, authorised scanners, and a client that lost its network all at once.',
  on: ['contact'],
};

export const horizontalScan: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const walks = new ContactWalks(maxEntries, { stepOf: (seen) => seen.target, testOf });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || seen.outcome === 'unknown') return;
        const { actorHash, targetHash, port, transport, outcome } = seen;
        if (outcome === 'answered' && transport === 'arp') {
          // From whichever of the two.
          walks.answeredLate(actorHash, targetHash, port, walkOf(actorHash, seen), seen.target);
          walks.answeredLate(targetHash, actorHash, port, walkOf(targetHash, seen), seen.source);
          return;
        }
        const walk = walks.decided(seen, walkOf(actorHash, seen));
        if (walk === undefined) return;
        const where = port === 0 ? transport.toUpperCase() : `port ${port}/${transport}`;
        report(
          scanFinding(seen, walk, `asked ${walk.failed} hosts at ${where} without an answer, lately ${seen.target}`),
        );
      },
      expire: (nowMs) => walks.expire(nowMs),
      get stats() {
        return walks.stats;
      },
    };
  },
};

const KINDS: ReadonlyMap<string, number> = new Map(['tcp', 'udp', 'icmp', 'arp'].map((name) => [name, hashOf(name)]));

function walkOf(asker: number, { transport, port }: Contact): number {
  return keyOf(asker, KINDS.get(transport) ?? 0, port);
}

/** A gateway asks for whatever address strangers try. */
const GATEWAY: WalkTest = { ...KNOWING, threshold: 18 };

function testOf({ transport, port }: Contact): WalkTest {
  if (transport === 'arp') return GATEWAY;
  if (VISITED.has(port)) return VISITING;
  return transport === 'udp' ? DOUBTFUL : KNOWING;
}
