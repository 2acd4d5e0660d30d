/**
 * From one host to the next and on from there: whoever came in by an administration port goes out by one to a host that was not reached from here before, and so
 * on. One stop on the way is a jump host; several within an hour are somebody who does not stop.
 */
import { adminServiceOf, techniqueOf } from './admin-ports.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { keyOf } from './key-hash.ts';
import type { Sighting } from './sighting.ts';

const KEEP_MS = 24 * 60 * 60_000;
const WINDOW_MS = 60 * 60_000;
/** Connections in a row: a jump host makes two. */
const LONG = 3;
const MAX_PATH = 8;

const info: BehaviourInfo = {
  id: 'login-chain',
  title: 'Chain of remote logins',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1021', 'T1021.004', 'T1021.001'],
  tactics: ['TA0008'],
  falsePositives: 'Administrators who hop through several networks, and automation that does.',
  on: ['contact'],
};

/** How somebody came to a host. */
interface Arrival {
  /** Hosts on the way, this one last. */
  readonly path: readonly string[];
  readonly evidence: readonly string[];
  readonly atMs: number;
}

export const loginChain: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const arrivals = new BoundedTable<Arrival[]>({ maxEntries, keepMs: KEEP_MS });
    const used = new BoundedTable<true>({ maxEntries, keepMs: KEEP_MS * 7 });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || seen.outcome !== 'answered' || !seen.toInside || seen.transport !== 'tcp')
          return;
        const service = adminServiceOf(seen.port);
        if (service === undefined || service === 'SMB' || service === 'RPC') return;
        const { actorHash, targetHash, source, target, timeMs, event } = seen;
        const way = keyOf(actorHash, targetHash);
        if (used.get(way) !== undefined) return;
        used.getOrAdd(way, () => true);
        const before = arrivals.get(actorHash)?.[0];
        const isOn =
          before !== undefined &&
          timeMs >= before.atMs &&
          timeMs - before.atMs <= WINDOW_MS &&
          !before.path.includes(target);
        const path = [...(isOn ? before.path : [source]), target].slice(-MAX_PATH);
        const evidence = [...(isOn ? before.evidence : []), event.event.id].slice(-MAX_PATH);
        const here = arrivals.getOrAdd(targetHash, () => []);
        const arrival = { path, evidence, atMs: timeMs };
        const known = here[0];
        // The longest way that is fresh is the one that counts.
        if (known === undefined || timeMs - known.atMs > WINDOW_MS || path.length >= known.path.length)
          here[0] = arrival;
        if (path.length - 1 < LONG) return;
        report({
          summary: `a chain of ${path.length - 1} remote logins within an hour each: ${path.join(' → ')} (${service})`,
          evidence,
          techniques: [techniqueOf(service)],
          verified: event.netsentinel.source_verified,
        });
      },
      expire(nowMs) {
        arrivals.expire(nowMs);
        used.expire(nowMs);
      },
      get stats() {
        return arrivals.stats;
      },
    };
  },
};
