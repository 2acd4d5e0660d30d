/**
 * Tools that wear a web server out: the same page again and again with another query each time, so that no cache can answer; or another browser's name with
 * each request, so that no filter by name can help. What visitors do, many behind one address included, is not that fast.
 */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import type { Visit } from './sighting.ts';

const PAST_CACHES_MS = 5_000;
const PAST_CACHES = 30;
/** What such tools make up: a number or a short word without a name. */
const MADE_UP = /^[\w-]{4,24}(?:=[\w-]{0,24})?$/;
const AGENTS_MS = 20_000;
const AGENTS = 10;

const info: BehaviourInfo = {
  id: 'web-flood',
  title: 'Flood of web requests',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1499.002'],
  tactics: ['TA0040'],
  falsePositives: 'A load test of your own, or a proxy in front of the server that is not named as trusted.',
  on: ['visit'],
};

interface Memory {
  path: string;
  sinceMs: number;
  queries: Set<string>;
  refusedSinceMs: number;
  agents: Set<string>;
  toldMs: number;
}

export const webFlood: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const known = new BoundedTable<Memory>({ maxEntries, keepMs: 60_000 });
    return {
      observe(seen, report) {
        if (seen.kind !== 'visit') return;
        const isMadeUp = isPastCaches(seen);
        const isRefused = seen.status >= 400;
        if (!isMadeUp && !isRefused) return;
        const memory = known.getOrAdd(seen.actorHash, () => ({
          path: seen.path,
          sinceMs: seen.timeMs,
          queries: new Set(),
          refusedSinceMs: seen.timeMs,
          agents: new Set(),
          toldMs: Number.NEGATIVE_INFINITY,
        }));
        const found =
          (isMadeUp ? pastCaches(memory, seen) : undefined) ?? (isRefused ? manyNames(memory, seen) : undefined);
        if (found === undefined || seen.timeMs - memory.toldMs < 60_000) return;
        memory.toldMs = seen.timeMs;
        report({ summary: `${seen.source} ${found}`, evidence: [], verified: seen.event.netsentinel.source_verified });
      },
      expire: (nowMs) => known.expire(nowMs),
      get stats() {
        return known.stats;
      },
    };
  },
};

/** Whether no cache can know the answer, as with what such tools make up. */
export function isPastCaches({ query }: Visit): boolean {
  return MADE_UP.test(query);
}

function pastCaches(memory: Memory, { path, query, timeMs }: Visit): string | undefined {
  if (memory.path !== path || timeMs - memory.sinceMs > PAST_CACHES_MS) {
    memory.path = path;
    memory.sinceMs = timeMs;
    memory.queries.clear();
  }
  if (memory.queries.size < PAST_CACHES) memory.queries.add(query.slice(0, 64));
  return memory.queries.size < PAST_CACHES
    ? undefined
    : `asked for one page with ${PAST_CACHES} made-up queries within ${PAST_CACHES_MS / 1000} seconds, past every cache`;
}

function manyNames(memory: Memory, { agent, timeMs }: Visit): string | undefined {
  if (timeMs - memory.refusedSinceMs > AGENTS_MS) {
    memory.refusedSinceMs = timeMs;
    memory.agents.clear();
  }
  if (memory.agents.size < AGENTS) memory.agents.add(agent.slice(0, 128));
  return memory.agents.size < AGENTS
    ? undefined
    : `called itself by ${AGENTS} different names within ${AGENTS_MS / 1000} seconds, and was refused each time`;
}
