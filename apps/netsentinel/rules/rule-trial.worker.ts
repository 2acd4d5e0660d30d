/** A thread in which somebody's rule is read and tried: however long that takes, the platform goes on, and may end it. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Event } from '@netsentinel/contracts/event';
import type { MetEvent } from '@netsentinel/contracts/rule-trial';
import { readEcsPipelines } from './ecs-pipelines.ts';
import type { TrialAnswer, TrialSetup } from './rule-trial.messages.ts';
import { readTriedRule } from './tried-rule.ts';

const MAX_TOLD = 100;
const MAX_MESSAGE = 1000;
const NICE = 10;

// Of this thread alone, on Linux: whoever waits for a trial waits longer than the platform.
setPriority(0, NICE);

const port = parentPort!;
const { text, content } = workerData as TrialSetup;
const read = readTriedRule(text, await readEcsPipelines(content));
const answer = (said: TrialAnswer): void => port.postMessage(said, []);

port.on('message', (texts: readonly string[]) => {
  const first: MetEvent[] = [];
  let matched = 0;
  for (const each of texts) {
    const event = JSON.parse(each) as Event;
    if (!read.ok || !read.value.meets(event)) continue;
    matched++;
    if (first.length < MAX_TOLD) first.push(told(event));
  }
  answer({ kind: 'met', matched, first });
});
answer({ kind: 'read', faults: read.ok ? [] : read.error, title: read.ok ? read.value.title : undefined });

function told({ event, '@timestamp': time, message }: Event): MetEvent {
  return { id: event.id, time, ...(message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) }) };
}
