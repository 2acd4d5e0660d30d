/** What the start waits for: that each process says it is ready, or why it cannot be. */
import { NetSentinelError } from '@netsentinel/kernel/errors';

const FIRST_READY_MS = 30_000;

/** The first word of each process by its name; later ones change nothing. */
export class FirstReady {
  readonly #waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();

  /** Rejects with `PROCESS_SLOW`, or with what `failed` is given. */
  wait(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(name, { resolve, reject });
      setTimeout(() => reject(tooSlow(name)), FIRST_READY_MS).unref();
    });
  }

  ready(name: string): void {
    this.#waiting.get(name)?.resolve();
  }

  failed(name: string, error: NetSentinelError): void {
    this.#waiting.get(name)?.reject(error);
  }
}

function tooSlow(name: string): NetSentinelError {
  const seconds = FIRST_READY_MS / 1000;
  return new NetSentinelError('PROCESS_SLOW', 'operational', `the ${name} did not start within ${seconds} s`);
}
