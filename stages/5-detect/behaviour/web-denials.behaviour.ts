/**
 * A client that a web server does not let in again and again, without any answer in between that it was let in: guessing by HTTP's own authentication, at an
 * interface, or with tokens. A browser that has not yet been asked for its password is let in soon; a program with an outdated one asks once in a while.
 */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { RecentEvents } from './recent-events.ts';

const WINDOW_MS = 60_000;
const THRESHOLD = 5;
/** Of those so many must ask for a password: what is forbidden to all says nothing of guessing. */
const ASKED = 3;

const info: BehaviourInfo = {
  id: 'web-denials',
  title: 'Never let in by a web server',
  severity: 'medium',
  confidence: 65,
  techniques: ['T1110'],
  tactics: ['TA0006'],
  falsePositives: 'A program of your own that asks without pause though its token has expired.',
  on: ['visit'],
};

interface Denials {
  readonly recent: RecentEvents;
  /** Answers of 401 since the window was last empty. */
  asked: number;
}

export const webDenials: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const known = new BoundedTable<Denials>({ maxEntries, keepMs: WINDOW_MS });
    return {
      observe(seen, report) {
        if (seen.kind !== 'visit') return;
        const { actorHash, event, timeMs, status, source, path } = seen;
        if (status < 400) {
          known.delete(actorHash);
          return;
        }
        if (status !== 401 && status !== 403) return;
        const denials = known.getOrAdd(actorHash, () => ({
          recent: new RecentEvents({ windowMs: WINDOW_MS, threshold: THRESHOLD }),
          asked: 0,
        }));
        const { recent } = denials;
        const isDue = recent.add(event.event.id, timeMs, event.netsentinel.source_verified);
        if (recent.count === 1) denials.asked = 0;
        if (status === 401) denials.asked++;
        if (!isDue || denials.asked < ASKED) return;
        report({
          summary: `${source} was not let in ${recent.count} times within a minute, lately to ${quote(path)}`,
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
