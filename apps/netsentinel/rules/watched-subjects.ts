/**
 * The rules, and beside them the detections about accounts and services: both answer which re-keyed groups an event belongs to, so that one stream carries both.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import type { EventRules, Judgement } from '../platform/analysis.types.ts';

const NOTHING: Judgement = { detections: [], groups: [] };

export function withSubjects(rules: EventRules, subjects: SubjectWatch): EventRules {
  return {
    get memoryMs() {
      return rules.memoryMs;
    },
    judge(event: Event, arrivedMs: number): Judgement | undefined {
      const judged = rules.judge(event, arrivedMs);
      const seen = subjects.look(event);
      if (seen.length === 0) return judged;
      const { detections, groups } = judged ?? NOTHING;
      const more = seen.map(({ detector, key, facts }) => ({ key, correlations: [detector], rules: [], facts }));
      return { detections, groups: [...groups, ...more] };
    },
    judgeAgain: (event, arrivedMs) => rules.judgeAgain(event, arrivedMs),
  };
}
