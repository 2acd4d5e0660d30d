/** A group of pretended processes that can be killed together: a foreground line, a background job, a session. Waiting ends when it is. */
import type { Clock } from '@netsentinel/contracts/clock';
import { Killed } from './control-flow.ts';
import type { Waiter } from './streams.ts';

export class ProcessScope implements Waiter {
  readonly #clock: Clock;
  readonly #parent: ProcessScope | undefined;
  #children: Set<ProcessScope> | undefined;
  #rejects: Set<(reason: Killed) => void> | undefined;
  #killed: Killed | undefined;
  /** What came while it was stopped, to be done when it goes on. */
  #held: (() => void)[] | undefined;
  /** Called once it is stopped, by whoever waits for it in the foreground. */
  onStop: (() => void) | undefined;

  constructor(clock: Clock, parent?: ProcessScope) {
    this.#clock = clock;
    this.#parent = parent;
    if (parent !== undefined) {
      parent.#children ??= new Set();
      parent.#children.add(this);
      this.#killed = parent.#killed;
    }
  }

  get killed(): Killed | undefined {
    return this.#killed;
  }

  get stopped(): boolean {
    return this.#held !== undefined;
  }

  /** As SIGSTOP: whoever waits goes on waiting, even where what it waits for has come. */
  stop(): void {
    if (this.#held !== undefined || this.#killed !== undefined) return;
    this.#held = [];
    for (const child of this.#children ?? []) child.stop();
    this.onStop?.();
  }

  /** As SIGCONT. */
  continue(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const child of this.#children ?? []) child.continue();
    for (const each of held ?? []) each();
  }

  /** Throws where the scope was killed. */
  check(): void {
    if (this.#killed !== undefined) throw this.#killed;
  }

  kill(signal: Killed['signal']): void {
    if (this.#killed !== undefined) return;
    this.#killed = new Killed(signal);
    this.#held = undefined;
    for (const child of this.#children ?? []) child.kill(signal);
    const rejects = this.#rejects;
    this.#rejects = undefined;
    for (const reject of rejects ?? []) reject(this.#killed);
  }

  /** The scope ended by itself. */
  leave(): void {
    if (this.#parent !== undefined) this.#parent.#children?.delete(this);
  }

  wait<T>(start: (resolve: (value: T) => void) => void, cancel?: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#killed !== undefined) {
        reject(this.#killed);
        return;
      }
      this.#rejects ??= new Set();
      const rejects = this.#rejects;
      const refuse = (reason: Killed): void => {
        cancel?.();
        reject(reason);
      };
      rejects.add(refuse);
      const settle = (value: T): void => {
        if (this.#held !== undefined) {
          this.#held.push(() => settle(value));
          return;
        }
        rejects.delete(refuse);
        resolve(value);
      };
      start(settle);
    });
  }

  sleep(ms: number): Promise<void> {
    let cancel: (() => void) | undefined;
    return this.wait<void>(
      (resolve) => {
        cancel = this.#clock.after(ms, () => resolve());
      },
      () => cancel?.(),
    );
  }
}
