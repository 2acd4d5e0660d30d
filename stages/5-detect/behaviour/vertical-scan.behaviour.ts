/** One host asks another for many ports, and most are closed: it does not know what is offered there. */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { ContactWalks } from './contact-walks.ts';
import { keyOf } from './key-hash.ts';
import { LIKELY_PORTS, type WalkTest } from './random-walk.ts';
import { scanFinding } from './scan-finding.ts';
import type { Contact, Sighting } from './sighting.ts';

/** Where traceroute sends its packets. */
const TRACE_FROM = 33_434;
const TRACE_TO = 33_534;

/** Much of UDP wants no answer. */
const UNANSWERED: WalkTest = { ...LIKELY_PORTS, threshold: 6 };

const info: BehaviourInfo = {
  id: 'vertical-scan',
  title: 'Scan of many ports',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1046'],
  tactics: ['TA0007'],
  falsePositives: 'Inventory systems, authorised scanners, and protocols that try one port after the other.',
  on: ['contact'],
};

export const verticalScan: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const walks = new ContactWalks(maxEntries, {
      stepOf: ({ transport, port }) => `${transport}/${port}`,
      testOf: ({ transport }) => (transport === 'udp' ? UNANSWERED : LIKELY_PORTS),
    });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || seen.outcome === 'unknown' || !hasPorts(seen)) return;
        const walk = walks.decided(seen, keyOf(seen.actorHash, seen.targetHash));
        if (walk === undefined) return;
        const { target, port, transport } = seen;
        const did = `asked ${target} for ${walk.failed} ports that are closed, lately ${port}/${transport}`;
        report(scanFinding(seen, walk, did));
      },
      expire: (nowMs) => walks.expire(nowMs),
      get stats() {
        return walks.stats;
      },
    };
  },
};

function hasPorts({ transport, port }: Contact): boolean {
  if (transport === 'tcp') return port > 0;
  return transport === 'udp' && port > 0 && (port < TRACE_FROM || port > TRACE_TO);
}
