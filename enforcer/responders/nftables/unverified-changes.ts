/** Changes that were made and have not been seen from outside yet. */
import type { Clock } from '@netsentinel/contracts/clock';

type Op = 'add' | 'delete';

export class UnverifiedChanges {
  readonly #clock: Clock;
  /** By the element's key. */
  readonly #waiting = new Map<string, { readonly op: Op; readonly settle: (seen: boolean) => void }[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keys(): string[] {
    return [...this.#waiting.keys()];
  }

  /** True once `shown` is told of it; false when that has not been so in time. */
  wait(key: string, op: Op, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (seen: boolean): void => {
        cancel();
        const rest = (this.#waiting.get(key) ?? []).filter((waiting) => waiting.settle !== settle);
        if (rest.length === 0) this.#waiting.delete(key);
        else this.#waiting.set(key, rest);
        resolve(seen);
      };
      const cancel = this.#clock.after(timeoutMs, () => settle(false));
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { op, settle }]);
    });
  }

  /** The kernel has the element, or has it no more. */
  shown(key: string, op: Op): void {
    for (const waiting of this.#waiting.get(key) ?? []) if (waiting.op === op) waiting.settle(true);
  }

  /** Nobody will be told of any. */
  close(): void {
    for (const waiting of this.#waiting.values()) for (const { settle } of waiting) settle(false);
  }
}
