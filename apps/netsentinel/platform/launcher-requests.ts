/** What the platform asks of the launcher, and its answers, which come when they come. */
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { fromWireError, type WireError } from '@netsentinel/kernel/wire-error';

/** The launcher waits some seconds for other processes. */
const ANSWER_MS = 30_000;

export interface LauncherAnswer {
  readonly request: number;
  readonly answer?: unknown;
  readonly error?: WireError | undefined;
}

export class LauncherRequests {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #failed: string;
  readonly #waiting = new Map<number, (answer: LauncherAnswer) => void>();
  #last = 0;

  /** @param failed the code of the error where nobody answers */
  constructor(clock: Pick<Clock, 'after'>, failed: string) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** `send` gets the request's number. Rejects with the launcher's error, and with `failed` where that does not answer. */
  ask(send: (request: number) => void): Promise<unknown> {
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ANSWER_MS, () => this.#fail(request, 'the launcher does not answer'));
      this.#waiting.set(request, ({ answer, error }) => {
        cancel();
        if (error === undefined) resolve(answer);
        else reject(fromWireError(error));
      });
      send(request);
    });
  }

  answered(answer: LauncherAnswer): void {
    const waiting = this.#waiting.get(answer.request);
    this.#waiting.delete(answer.request);
    waiting?.(answer);
  }

  /** Nobody answers any more. */
  close(): void {
    for (const request of this.#waiting.keys()) this.#fail(request, 'the platform stops');
  }

  #fail(request: number, message: string): void {
    const { code, fault } = new NetSentinelError(this.#failed, 'operational', message);
    this.answered({ request, error: { code, fault, message } });
  }
}
