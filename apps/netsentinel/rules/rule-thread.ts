/** A thread that reads rules of somebody's making: one of hostile making takes longer to read than the platform may stand still, and a thread can be ended. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** Of reading the rule, and of all that it is tried on. */
const LONGEST_MS = 15_000;
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

/**
 * Answers reject with `RULE_TRIAL_SLOW` where it takes too long, or too much memory, and once it has been ended; with `RULE_TRIAL_BROKEN` where the fault is
 * ours. Whoever made it ends it.
 */
export class RuleThread<Answer> {
  readonly #worker: Worker;
  readonly #letGo: () => void;
  #waiting: PromiseWithResolvers<Answer> | undefined;
  #over: NetSentinelError | undefined;

  /** @param signal ends it, as when nobody waits any more */
  constructor(code: URL, workerData: unknown, clock: Clock, signal: AbortSignal) {
    this.#worker = new Worker(code, { workerData, resourceLimits: LIMITS });
    this.#worker.on('message', (answer: Answer) => this.#waiting?.resolve(answer));
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
  next(texts?: readonly string[]): Promise<Answer> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#waiting = Promise.withResolvers<Answer>();
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
