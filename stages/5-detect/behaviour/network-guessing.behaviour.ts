/** Logins that the network shows to fail, one after the other, where no log of the server is at hand: SSH as Zeek judges it, mail servers by what they answer. */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { hashOf, keyOf } from './key-hash.ts';
import type { Sighting } from './sighting.ts';

const KEEP_MS = 60 * 60_000;
const WINDOW_MS = 30 * 60_000;
const MANY = 5;
const MAX_KEPT = 32;

const info: BehaviourInfo = {
  id: 'network-guessing',
  title: 'Password guessing seen in the network',
  severity: 'medium',
  confidence: 70,
  techniques: ['T1110.001'],
  tactics: ['TA0006'],
  falsePositives: 'A program with an old password that tries again and again.',
  on: ['login'],
};

interface Tries {
  failed: { readonly timeMs: number; readonly id: string }[];
  count: number;
  nextReport: number;
}

export const networkGuessing: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const guessers = new BoundedTable<Tries>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'login') return;
        const { actorHash, source, target, service, isAccepted, timeMs, event } = seen;
        const key = keyOf(actorHash, hashOf(service));
        const tries = isAccepted
          ? guessers.get(key)
          : guessers.getOrAdd(key, () => ({ failed: [], count: 0, nextReport: MANY }));
        if (tries === undefined) return;
        tries.failed = tries.failed.filter((one) => one.timeMs > timeMs - WINDOW_MS).slice(-MAX_KEPT);
        if (tries.failed.length === 0) Object.assign(tries, { count: 0, nextReport: MANY });
        const found = { evidence: tries.failed.map(({ id }) => id), verified: event.netsentinel.source_verified };
        if (isAccepted) {
          if (tries.failed.length < MANY) return;
          tries.failed = [];
          report({
            ...found,
            summary: `${source} was let in by ${service} of ${target} after ${tries.count} logins that failed`,
            severity: 'high',
            techniques: ['T1110.001', 'T1078'],
          });
          return;
        }
        tries.count++;
        tries.failed.push({ timeMs, id: event.event.id });
        if (tries.count < tries.nextReport) return;
        tries.nextReport = tries.count * 5;
        report({
          ...found,
          summary: `${source} failed to log in ${tries.count} times by ${service}, lately at ${target}`,
        });
      },
      expire: (nowMs) => guessers.expire(nowMs),
      get stats() {
        return guessers.stats;
      },
    };
  },
};
