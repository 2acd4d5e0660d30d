/** A person's word that a decoy stops or starts, on its way to the launcher, who holds the ports, and back. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { FromPlatform, ToPlatform } from '@netsentinel/contracts/process';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { fromWireError } from '@netsentinel/kernel/wire-error';

/** The launcher waits some seconds for the decoy host, for each port. */
const ANSWER_MS = 30_000;

export class DecoyOrders {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #send: (order: Extract<FromPlatform, { t: 'decoy' }>) => void;
  readonly #waiting = new Map<number, (error?: Error) => void>();
  #last = 0;

  constructor(clock: Pick<Clock, 'after'>, send: (order: Extract<FromPlatform, { t: 'decoy' }>) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Resolves once it is so. Rejects with the launcher's error, and with `DECOY_NOT_SWITCHED` where that does not answer. */
  set(decoy: string, listening: boolean): Promise<void> {
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ANSWER_MS, () =>
        this.answered({
          request,
          error: { code: 'DECOY_NOT_SWITCHED', fault: 'operational', message: 'the launcher does not answer' },
        }),
      );
      this.#waiting.set(request, (error) => {
        cancel();
        if (error === undefined) resolve();
        else reject(error);
      });
      this.#send({ t: 'decoy', request, decoy, listening });
    });
  }

  answered({ request, error }: Omit<Extract<ToPlatform, { t: 'decoy-set' }>, 't'>): void {
    const answer = this.#waiting.get(request);
    this.#waiting.delete(request);
    answer?.(error === undefined ? undefined : fromWireError(error));
  }

  /** Nobody answers any more. */
  close(): void {
    for (const answer of this.#waiting.values())
      answer(new NetSentinelError('DECOY_NOT_SWITCHED', 'operational', 'the platform stops'));
    this.#waiting.clear();
  }
}
