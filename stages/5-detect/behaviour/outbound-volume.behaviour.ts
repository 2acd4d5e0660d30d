/**
 * A host sends far more to one stranger than it ever sends to anybody in an hour, and gets little back. What is much is measured on the host itself: a server
 * that feeds the world has a high mark. Below an absolute floor nothing is much.
 */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { keyOf } from './key-hash.ts';
import type { Sighting } from './sighting.ts';

const HOUR_MS = 60 * 60_000;
const KEEP_MS = 3 * 24 * HOUR_MS;
const MEGABYTE = 1024 * 1024;
/** Flows below are left out: to make much of these would take thousands in an hour. */
const SMALL_BYTES = 16 * 1024;
const FLOOR_BYTES = 100 * MEGABYTE;
/** Of a host that is not known yet. */
const FLOOR_UNKNOWN_BYTES = 500 * MEGABYTE;
/** Hours with outbound traffic after which a host is known. */
const KNOWN_HOURS = 3;
/** Times the highest hour that the host had with one stranger before. */
const TIMES_HIGHEST = 5;
/** Times what came back: downloads acknowledge, calls go both ways. */
const TIMES_BACK = 4;
/** What was high is forgotten slowly: by a tenth in each hour with traffic. */
const FADING = 0.9;
const MAX_EVIDENCE = 8;

const info: BehaviourInfo = {
  id: 'outbound-volume',
  title: 'Much data sent to a stranger',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1048', 'T1567'],
  tactics: ['TA0010'],
  falsePositives: 'Backups to a provider, publishing, and people who send videos.',
  on: ['contact'],
};

/** The hour in hand with one stranger. */
interface Sent {
  hour: number;
  out: number;
  back: number;
  evidence: string[];
  reportedHour: number;
}

/** What a host is used to. */
interface Habit {
  hour: number;
  hours: number;
  /** Most to one stranger in the hour in hand, and in those before. */
  highestNow: number;
  highest: number;
}

export const outboundVolume: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const pairs = new BoundedTable<Sent>({ maxEntries, keepMs: 2 * HOUR_MS });
    const habits = new BoundedTable<Habit>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || !seen.fromInside || seen.toInside || seen.bytesOut < SMALL_BYTES) return;
        const { actorHash, bytesOut, bytesIn } = seen;
        const hour = Math.floor((seen.timeMs + seen.durationMs) / HOUR_MS);
        const habit = habits.getOrAdd(actorHash, () => ({ hour, hours: 0, highestNow: 0, highest: 0 }));
        if (hour > habit.hour) turnHour(habit, hour);
        const sent = pairs.getOrAdd(keyOf(actorHash, seen.targetHash), () => newSent(hour));
        if (hour > sent.hour) Object.assign(sent, newSent(hour), { reportedHour: sent.reportedHour });
        sent.out += bytesOut;
        sent.back += bytesIn;
        if (sent.evidence.length < MAX_EVIDENCE) sent.evidence.push(seen.eventId);
        habit.highestNow = Math.max(habit.highestNow, sent.out);
        if (sent.out < FLOOR_BYTES || sent.reportedHour === hour || sent.out < TIMES_BACK * sent.back) return;
        const isKnown = habit.hours >= KNOWN_HOURS;
        if (sent.out < (isKnown ? Math.max(FLOOR_BYTES, TIMES_HIGHEST * habit.highest) : FLOOR_UNKNOWN_BYTES)) return;
        sent.reportedHour = hour;
        report({
          summary: `${seen.source} sent ${sayBytes(sent.out)} to ${seen.target} within an hour and got ${sayBytes(sent.back)} back; ${isKnown ? `before, no stranger got more than ${sayBytes(habit.highest)} from it in an hour` : 'little is known of it from before'}`,
          evidence: sent.evidence,
          confidence: isKnown ? info.confidence : 50,
          verified: seen.event.netsentinel.source_verified,
        });
      },
      expire(nowMs) {
        pairs.expire(nowMs);
        habits.expire(nowMs);
      },
      get stats() {
        return { held: pairs.stats.held, evicted: pairs.stats.evicted };
      },
    };
  },
};

function newSent(hour: number): Sent {
  return { hour, out: 0, back: 0, evidence: [], reportedHour: -1 };
}

function turnHour(habit: Habit, hour: number): void {
  habit.highest = Math.max(habit.highest * FADING, habit.highestNow);
  habit.highestNow = 0;
  habit.hours++;
  habit.hour = hour;
}

function sayBytes(bytes: number): string {
  if (bytes < MEGABYTE) return `${Math.round(bytes / 1024)} KB`;
  return bytes < 1024 * MEGABYTE ? `${Math.round(bytes / MEGABYTE)} MB` : `${(bytes / 1024 / MEGABYTE).toFixed(1)} GB`;
}
