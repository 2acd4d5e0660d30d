/** A rule that is tried, in a thread of its own: one of hostile making takes longer to read than the platform may stand still. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Met, RuleTrial } from '@netsentinel/contracts/rule-trial';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { TrialAnswer, TrialSetup } from './rule-trial.messages.ts';

/** Of reading the rule, and of all that it is tried on. */
const LONGEST_MS = 15_000;
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

/**
 * Resolves once the rule is read; rejects with `RULE_TRIAL_SLOW` where that takes too long, or too much memory.
 * @param content the product's `content` folder
 */
export async function openRuleTrial(text: string, content: string, clock: Clock): Promise<RuleTrial> {
  const thread = new TrialThread({ text, content }, clock);
  try {
    const said = await thread.next();
    if (said.kind !== 'read') throw new NetSentinelError('RULE_TRIAL_BROKEN', 'bug', 'a trial began with its end');
    return {
      faults: said.faults,
      title: said.title,
      meet: async (texts): Promise<Met> => {
        const met = await thread.next(texts);
        if (met.kind !== 'met') throw new NetSentinelError('RULE_TRIAL_BROKEN', 'bug', 'a trial began again');
        return { matched: met.matched, first: met.first };
      },
      close: () => thread.end(),
    };
  } catch (error) {
    thread.end();
    throw error;
  }
}

class TrialThread {
  readonly #worker: Worker;
  readonly #cancelTimer: () => void;
  #waiting: PromiseWithResolvers<TrialAnswer> | undefined;
  #isOver = false;

  constructor(setup: TrialSetup, clock: Clock) {
    this.#worker = new Worker(new URL('./rule-trial.worker.ts', import.meta.url), {
      workerData: setup,
      resourceLimits: LIMITS,
    });
    this.#worker.on('message', (answer: TrialAnswer) => this.#waiting?.resolve(answer));
    this.#worker.on('error', () => this.end());
    this.#worker.on('exit', () => this.end());
    this.#cancelTimer = clock.after(LONGEST_MS, () => this.end());
  }

  /** Its next answer, to these events where there are any. */
  next(texts?: readonly string[]): Promise<TrialAnswer> {
    if (this.#isOver) return Promise.reject(tooSlow());
    this.#waiting = Promise.withResolvers<TrialAnswer>();
    if (texts !== undefined) this.#worker.postMessage(texts, []);
    return this.#waiting.promise;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#waiting?.reject(tooSlow());
    void this.#worker.terminate();
  }
}

function tooSlow(): NetSentinelError {
  return new NetSentinelError('RULE_TRIAL_SLOW', 'user', 'this rule takes too much time, or too much memory');
}
