/** MaxStartups of sshd: connections that have not logged in are refused at random, the more of them there are; counted for each actor apart. */
import type { Actor } from '@netsentinel/contracts/actor';
import type { SshConfig } from './ssh.config.ts';

export class StartupLimit {
  #config: SshConfig['maxStartups'];
  #random: () => number;
  #waiting = new Map<Actor, number>();

  constructor(config: SshConfig['maxStartups'], random: () => number = Math.random) {
    this.#config = config;
    this.#random = random;
  }

  /** False where the connection is to be refused; otherwise `leave` must follow once. */
  enter(actor: Actor): boolean {
    const count = this.#waiting.get(actor) ?? 0;
    if (this.#drops(count)) return false;
    this.#waiting.set(actor, count + 1);
    return true;
  }

  leave(actor: Actor): void {
    const count = (this.#waiting.get(actor) ?? 0) - 1;
    if (count > 0) this.#waiting.set(actor, count);
    else this.#waiting.delete(actor);
  }

  #drops(count: number): boolean {
    const { start, rate, full } = this.#config;
    if (count < start) return false;
    if (count >= full || rate === 100) return true;
    const chance = rate + ((100 - rate) * (count - start)) / (full - start);
    return this.#random() * 100 < chance;
  }
}
