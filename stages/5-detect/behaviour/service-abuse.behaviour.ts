/**
 * A client that services refuse again and again, or that does not even speak their protocol: a bot that tries mail servers, name servers, VPN gateways and the like.
 * Some things no honest client does even once.
 */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { keyOf } from './key-hash.ts';
import { RecentEvents } from './recent-events.ts';

const WINDOW_MS = 10 * 60_000;
const THRESHOLD = 4;
/** A web request sent to a mail server, a port scan that a daemon noticed. */
const AT_ONCE: ReadonlySet<string> = new Set(['wrong-protocol', 'port-scan']);
/** Names of machines that bots greet with, and mail that is spam for certain; a mail server that is set up wrong does so as well, but with one mail. */
const SOON: ReadonlySet<string> = new Set(['helo-rejected', 'spam']);

const info: BehaviourInfo = {
  id: 'service-abuse',
  title: 'Abuse of a network service',
  severity: 'medium',
  confidence: 70,
  techniques: ['T1595', 'T1190'],
  tactics: ['TA0043', 'TA0001'],
  falsePositives:
    'A mail server or client that is set up wrong, and a monitor that speaks no more than the begin of a protocol.',
  on: ['refusal'],
};

export const serviceAbuse: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const known = new BoundedTable<RecentEvents>({ maxEntries, keepMs: WINDOW_MS });
    return {
      observe(seen, report) {
        if (seen.kind !== 'refusal') return;
        const { actorHash, event, timeMs, what, source } = seen;
        const threshold = AT_ONCE.has(what) ? 1 : SOON.has(what) ? 2 : THRESHOLD;
        const recent = known.getOrAdd(
          keyOf(actorHash, threshold),
          () => new RecentEvents({ windowMs: WINDOW_MS, threshold }),
        );
        if (!recent.add(event.event.id, timeMs, event.netsentinel.source_verified)) return;
        report({
          summary:
            recent.count === 1
              ? `${source} was refused (${what}): ${quote(event.message ?? '')}`
              : `${source} was refused ${recent.count} times within 10 minutes (${what}), lately: ${quote(event.message ?? '')}`,
          evidence: recent.evidence,
          verified: recent.verified,
        });
      },
      expire: (nowMs) => known.expire(nowMs),
      get stats() {
        return known.stats;
      },
    };
  },
};
