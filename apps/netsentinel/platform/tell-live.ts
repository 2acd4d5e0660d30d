/** Shows the live channel what analysis sees: each event as it is judged, and what behaviours found in it. */
import type { LiveHub } from '@netsentinel/api/api.types';
import type { Event } from '@netsentinel/contracts/event';
import { BEHAVIOUR_IDS } from '@netsentinel/detect/behaviour/index';
import type { FindingExceptions } from '../rules/finding-exceptions.ts';
import type { EventRules, Judgement } from './analysis.types.ts';

/** @param live asked for at each event: the channel comes after analysis */
export function tellLive(
  rules: EventRules,
  exceptions: Pick<FindingExceptions, 'leave'>,
  live: () => Pick<LiveHub, 'event' | 'anomaly'>,
): EventRules {
  return {
    get memoryMs() {
      return rules.memoryMs;
    },
    judge(event: Event, arrivedMs: number): Judgement | undefined {
      const judged = rules.judge(event, arrivedMs);
      const hub = live();
      hub.event(event);
      const anomalies = judged?.detections.filter(({ rule }) => BEHAVIOUR_IDS.has(rule.id)) ?? [];
      if (anomalies.length > 0) for (const one of exceptions.leave(event, anomalies).detections) hub.anomaly(one);
      return judged;
    },
    judgeAgain: (event, arrivedMs) => rules.judgeAgain(event, arrivedMs),
  };
}
