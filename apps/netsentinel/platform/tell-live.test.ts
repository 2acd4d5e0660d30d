/** The live channel hears of each event as it is judged, and of what behaviours found unless it is excepted. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { expect, it } from 'vitest';
import type { EventRules } from './analysis.types.ts';
import { tellLive } from './tell-live.ts';

const detection = (rule: string): Detection => ({ rule: { id: rule, title: rule } }) as Detection;
const event = { event: { id: 'e1' } } as Event;

it('tells of events once, and of what behaviours found but for exceptions; rules hear what they heard before', () => {
  const heard: string[] = [];
  const found = {
    detections: [detection('beaconing'), detection('a-sigma-rule'), detection('dns-tunnel')],
    groups: [],
  };
  const rules: EventRules = {
    memoryMs: 7,
    judge: () => found,
    judgeAgain: ({ event: { id } }) => void heard.push(`again ${id}`),
  };
  const told = tellLive(
    rules,
    {
      leave: (_, detections) => ({
        detections: detections.filter(({ rule }) => rule.id !== 'dns-tunnel'),
        isExcepted: false,
      }),
    },
    () => ({
      event: ({ event: { id } }) => void heard.push(`event ${id}`),
      anomaly: ({ rule }) => void heard.push(`anomaly ${rule.id}`),
    }),
  );
  expect(told.judge(event, 1)).toBe(found);
  told.judgeAgain(event, 1);
  expect(told.memoryMs).toBe(7);
  expect(heard).toEqual(['event e1', 'anomaly beaconing', 'again e1']);
});
