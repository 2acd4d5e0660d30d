/** What a Telnet client is recognised by: which options it takes and refuses, in its order. Worms and tools each have their own. */
import { DO, DONT, SB, WILL, WONT } from './telnet-codes.ts';

const VERBS: Readonly<Record<number, string>> = { [WILL]: '+', [WONT]: '-', [DO]: 'd', [DONT]: 'x', [SB]: 's' };
const MAX_STEPS = 64;

export class ClientFingerprint {
  readonly #steps: string[] = [];

  heard(verb: number, option: number): void {
    if (this.#steps.length < MAX_STEPS) this.#steps.push(`${VERBS[verb] ?? '?'}${option}`);
  }

  /** `d37 d38 +24 …`; undefined where the client never negotiated. */
  get text(): string | undefined {
    return this.#steps.length === 0 ? undefined : this.#steps.join(' ');
  }
}
