/** A thread in which a text of rules is read and compiled before it may come into force: however long that takes, the platform goes on, and may end it. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckedRules } from '@netsentinel/contracts/own-rules';
import { readEcsPipelines } from './ecs-pipelines.ts';
import { readOwnRules } from './read-own-rules.ts';
import type { TrialSetup } from './rule-trial.messages.ts';

const NICE = 10;
/** Of this thread's processor: the platform, which stands still meanwhile, takes as long at each start. */
const LONGEST_CPU_MS = 1000;

// Of this thread alone, on Linux: whoever waits for a rule waits longer than the platform.
setPriority(0, NICE);

const { text, content } = workerData as TrialSetup;
const pipelines = await readEcsPipelines(content);
const before = process.threadCpuUsage();
const read = readOwnRules(text, pipelines);
const { user, system } = process.threadCpuUsage(before);
const tooLong = { line: 1, error: 'it takes more than a second to read: part it, or shorten its lists' };
const answer: CheckedRules =
  (user + system) / 1000 > LONGEST_CPU_MS && read.faults.length === 0 ? { faults: [tooLong], rules: [] } : read;
parentPort!.postMessage(answer, []);
