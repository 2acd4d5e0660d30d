/**
 * What another guard has found: an alert of Suricata, ModSecurity, a firewall with threat prevention. What it is sure of counts by itself, what is likely or minor
 * where there is enough of it; until then, and for mere remarks always, it joins the incident that there is and opens none.
 */
import { quote } from '../command-detector.ts';
import type { AlarmDegree } from './alarm-degree.ts';
import type { BehaviourDefinition, BehaviourFinding, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { keyOf } from './key-hash.ts';
import { RecentEvents } from './recent-events.ts';

const WINDOW_MS = 10 * 60_000;
/** Likely ones count where they are different: one rule that does not fit the network repeats itself. */
const DIFFERENT = 3;
const MUCH = 20;
const MAX_NAME = 128;
const DEGREES: readonly AlarmDegree[] = ['sure', 'likely', 'minor', 'remark'];
/** What joins an incident only: somebody is looking, and no more is known. */
const JOINS: Partial<BehaviourFinding> = {
  severity: 'low',
  confidence: 40,
  techniques: ['T1595'],
  tactics: ['TA0043'],
};

const info: BehaviourInfo = {
  id: 'guard-alarm',
  title: 'Alarm of another guard',
  severity: 'medium',
  confidence: 70,
  techniques: ['T1190', 'T1595'],
  tactics: ['TA0001', 'TA0043'],
  falsePositives: 'A rule of that guard that does not fit the network.',
  on: ['alarm'],
};

/** Of one attacker and degree. */
interface Alarms {
  readonly recent: RecentEvents;
  readonly names: Set<string>;
  /** How many names there were the last time. */
  told: number;
}

export const guardAlarm: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const known = new BoundedTable<Alarms>({ maxEntries, keepMs: WINDOW_MS });
    return {
      observe(seen, report) {
        if (seen.kind !== 'alarm') return;
        const { actorHash, event, timeMs, name, degree, source } = seen;
        const alarms = known.getOrAdd(keyOf(actorHash, DEGREES.indexOf(degree)), () => ({
          recent: new RecentEvents({ windowMs: WINDOW_MS, threshold: degree === 'minor' ? MUCH : 1 }),
          names: new Set(),
          told: 0,
        }));
        const { recent, names } = alarms;
        const isDue = recent.add(event.event.id, timeMs, event.netsentinel.source_verified);
        if (recent.count === 1) {
          names.clear();
          alarms.told = 0;
        }
        if (names.size < DIFFERENT) names.add(name.slice(0, MAX_NAME));
        // What is not enough joins once for each kind.
        const isNew = names.size > alarms.told;
        alarms.told = names.size;
        const isEnough = degree === 'likely' ? isNew && names.size === DIFFERENT : degree !== 'remark' && isDue;
        if (!isEnough && !isNew) return;
        const technique = event.threat?.technique?.id;
        report({
          summary: `${source}: ${quote(name)}${recent.count === 1 ? '' : `, and ${recent.count - 1} more within 10 minutes`}`,
          evidence: recent.evidence,
          verified: recent.verified,
          ...(degree === 'sure' ? { confidence: 80 } : isEnough ? {} : JOINS),
          ...(technique === undefined || technique.length === 0 ? {} : { techniques: technique.slice(0, 4) }),
        });
      },
      expire: (nowMs) => known.expire(nowMs),
      get stats() {
        return known.stats;
      },
    };
  },
};
