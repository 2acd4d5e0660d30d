/**
 * Who gets in with a password. An attacker who guessed right must be able to come back with the same guess and with no other, so what was accepted is
 * remembered for each attacker; which try succeeds and which weak password holds follow from the seed.
 */
import { createHmac } from 'node:crypto';
import type { Actor } from '@netsentinel/contracts/actor';
import type { DecoyMemory } from '@netsentinel/contracts/decoy';
import { z } from 'zod';
import type { SshConfig } from './ssh.config.ts';

/** Passwords that every list of every botnet has, of which each user of each attacker's machine has one. */
const WEAK_PASSWORDS = [
  '123456',
  'password',
  'admin',
  '12345',
  'admin123',
  '1234',
  'root',
  'qwerty',
  'test',
  'P@ssw0rd',
];
/** Attackers whose state is held in memory; the longest unseen are let go (what let them in is in `DecoyMemory`). */
const MAX_ACTORS = 20_000;

const Remembered = z.strictObject({
  tries: z.number().int().nonnegative(),
  accepted: z.strictObject({ user: z.string().max(1024), password: z.string().max(1024) }).optional(),
});
type State = z.infer<typeof Remembered>;

export interface CredentialPolicyOptions {
  readonly config: SshConfig['credentials'];
  readonly seed: Uint8Array;
  readonly memory: DecoyMemory;
  /** Whether the machine has an account of this name that one can log in to. */
  isUser(name: string): boolean;
}

export class CredentialPolicy {
  #options: CredentialPolicyOptions;
  #states = new Map<Actor, State>();

  constructor(options: CredentialPolicyOptions) {
    this.#options = options;
  }

  /** Loads what is known of the attacker, so that `check` need not wait. */
  async prepare(actor: Actor): Promise<void> {
    const known = this.#states.get(actor);
    if (known !== undefined) {
      this.#states.delete(actor);
      this.#states.set(actor, known);
      return;
    }
    const state = this.#options.config.remember
      ? decode(await this.#options.memory.recall(memoryKey(actor)))
      : undefined;
    if (this.#states.has(actor)) return;
    this.#states.set(actor, state ?? { tries: 0 });
    if (this.#states.size > MAX_ACTORS) this.#states.delete(this.#states.keys().next().value!);
  }

  /** The verdict on one try, and its consequences for the next. */
  check(actor: Actor, user: string, password: string): boolean {
    const { config } = this.#options;
    const state = this.#states.get(actor) ?? { tries: 0 };
    this.#states.set(actor, state);
    state.tries++;
    const accepted = this.#judge(actor, user, password, state);
    if (accepted && config.remember && state.accepted === undefined) state.accepted = { user, password };
    if (config.remember && (accepted || state.tries < 100)) this.#remember(actor, state);
    return accepted;
  }

  #judge(actor: Actor, user: string, password: string, state: State): boolean {
    const { config } = this.#options;
    if (config.denyUsers.includes(user)) return false;
    if (config.accept.some((pair) => pair.user === user && pair.password === password)) return true;
    if (state.accepted !== undefined) return state.accepted.user === user && state.accepted.password === password;
    if (!this.#options.isUser(user) || password === '') return false;
    if (config.any) return true;
    if (config.weakPairs && WEAK_PASSWORDS[this.#dice(actor, `weak ${user}`, WEAK_PASSWORDS.length)] === password)
      return true;
    if (config.anyAfterTries === false) return false;
    return (
      state.tries >= (config.anyAfterTries === 'seeded' ? 2 + this.#dice(actor, 'tries', 3) : config.anyAfterTries)
    );
  }

  #dice(actor: Actor, purpose: string, sides: number): number {
    return (
      createHmac('sha256', this.#options.seed).update(`credentials ${purpose} ${actor}`).digest().readUInt32BE(0) %
      sides
    );
  }

  #remember(actor: Actor, state: State): void {
    this.#options.memory.remember(memoryKey(actor), Buffer.from(JSON.stringify(state)));
  }
}

function memoryKey(actor: Actor): string {
  return `ssh/credentials/${actor}`;
}

function decode(bytes: Uint8Array | undefined): State | undefined {
  if (bytes === undefined) return undefined;
  try {
    const parsed = Remembered.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
