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
 * Resolves once the rule is read; rejects with `RULE_TRIAL_SLOW` where that takes too long, or too much memory, and with `RULE_TRIAL_BROKEN` where the fault is ours.
 * @param content the product's `content` folder
 * @param signal ends it, as when nobody waits any more
 */
export async function openRuleTrial(
  text: string,
  content: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<RuleTrial> {
  const thread = new TrialThread({ text, content }, clock, signal);
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
  readonly #letGo: () => void;
  #waiting: PromiseWithResolvers<TrialAnswer> | undefined;
  #over: NetSentinelError | undefined;

  constructor(setup: TrialSetup, clock: Clock, signal: AbortSignal) {
    this.#worker = new Worker(new URL('./rule-trial.worker.ts', import.meta.url), {
      workerData: setup,
      resourceLimits: LIMITS,
    });
    this.#worker.on('message', (answer: TrialAnswer) => this.#waiting?.resolve(answer));
    this.#worker.on('error', (error) => this.end(whyItFailed(error)));
    this.#worker.on('exit', () => this.end());
    const end = (): void => this.end();
    const cancelTimer = clock.after(LONGEST_MS, end);
    signal.addEventListener('abort', end, { once: true });
    this.#letGo = () => {
      cancelTimer();
      signal.removeEventListener('abort', end);
    };
    if (signal.aborted) this.end();
  }

  /** Its next answer, to these events where there are any. */
  next(texts?: readonly string[]): Promise<TrialAnswer> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#waiting = Promise.withResolvers<TrialAnswer>();
    if (texts !== undefined) this.#worker.postMessage(texts, []);
    return this.#waiting.promise;
  }

  end(why: NetSentinelError = tooSlow()): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    this.#letGo();
    this.#waiting?.reject(why);
    void this.#worker.terminate();
  }
}

function whyItFailed(error: unknown): NetSentinelError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return tooSlow();
  return new NetSentinelError('RULE_TRIAL_BROKEN', 'bug', 'the thread of a rule that is tried failed', {
    cause: error,
  });
}

function tooSlow(): NetSentinelError {
  return new NetSentinelError('RULE_TRIAL_SLOW', 'user', 'this rule takes too much time, or too much memory');
}
