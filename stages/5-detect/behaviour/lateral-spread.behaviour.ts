/** A host inside reaches the administration ports of many others that it never had to do with. Who does so every day (a jump host, a management server) knows them all. */
import { adminServiceOf, techniqueOf } from './admin-ports.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import type { Sighting } from './sighting.ts';

const KEEP_MS = 7 * 24 * 60 * 60_000;
const WINDOW_MS = 60 * 60_000;
/** New ones within an hour. */
const MANY = 6;
const MAX_KNOWN = 256;
const MAX_EVIDENCE = 16;
/** Who knows this many already takes as many new ones again before it is odd. */
const USED_TO = 4;

const info: BehaviourInfo = {
  id: 'lateral-spread',
  title: 'Spread over administration ports',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1021', 'T1021.002', 'T1021.001', 'T1021.004', 'T1021.006'],
  tactics: ['TA0008'],
  falsePositives:
    'Administrators on the first day that is seen of them, inventory and backup servers, authorised scanners.',
  on: ['contact'],
};

interface Reach {
  readonly known: Set<string>;
  /** Of those that were new within the window: when, and the event. */
  fresh: { readonly timeMs: number; readonly id: string; readonly service: string }[];
  nextReport: number;
}

export const lateralSpread: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const hosts = new BoundedTable<Reach>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || seen.outcome !== 'answered' || !seen.fromInside || !seen.toInside) return;
        const service = adminServiceOf(seen.port);
        if (service === undefined || seen.transport !== 'tcp') return;
        const { actorHash, source, target, timeMs, event } = seen;
        const reach = hosts.getOrAdd(actorHash, () => ({ known: new Set(), fresh: [], nextReport: MANY }));
        if (reach.known.has(target) || reach.known.size >= MAX_KNOWN) return;
        const usedTo = reach.known.size - reach.fresh.length;
        reach.known.add(target);
        reach.fresh = reach.fresh.filter((one) => one.timeMs > timeMs - WINDOW_MS);
        if (reach.fresh.length === 0) reach.nextReport = MANY;
        reach.fresh.push({ timeMs, id: event.event.id, service });
        if (reach.fresh.length < reach.nextReport || reach.fresh.length < usedTo / USED_TO) return;
        reach.nextReport = reach.fresh.length * 4;
        const services = [...new Set(reach.fresh.map((one) => one.service))];
        report({
          summary: `${source} reached ${reach.fresh.length} hosts by ${services.join(', ')} within an hour that it never had to do with, lately ${target}`,
          evidence: reach.fresh.slice(-MAX_EVIDENCE).map(({ id }) => id),
          techniques: [...new Set(services.map(techniqueOf))],
          verified: event.netsentinel.source_verified,
        });
      },
      expire: (nowMs) => hosts.expire(nowMs),
      get stats() {
        return hosts.stats;
      },
    };
  },
};
