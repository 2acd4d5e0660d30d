/**
 * Who gets in with a password. An attacker who guessed right must be able to come back with the same guess and with no other, by whatever service of
 * the machine knows that account; so tries and what was accepted are remembered for each attacker over all decoys of a persona (`LoginMemory`),
 * while what a decoy lets in is its own configuration. Which try succeeds and which weak password holds follow from the seed.
 */
import { createHmac } from 'node:crypto';
import type { Actor } from '@netsentinel/contracts/actor';
import type { DecoyMemory } from '@netsentinel/contracts/decoy';
import { z } from 'zod';
import type { LoginConfig } from './service.config.ts';

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
const MAX_STATES = 20_000;
/** The accounts of the operating system: SSH, Telnet, FTP and their like all ask these. */
const MACHINE_REALM = 'machine';
const MAX_SECRET = 1024;

const Remembered = z.strictObject({
  tries: z.number().int().nonnegative(),
  /** Without a password where it was never said: an answer to a challenge was let in. */
  accepted: z
    .strictObject({ user: z.string().max(MAX_SECRET), password: z.string().max(MAX_SECRET).optional() })
    .optional(),
});
type State = z.infer<typeof Remembered>;

/** What all decoys of a persona remember of attackers' logins. */
export class LoginMemory {
  readonly seed: Uint8Array;
  readonly #memory: DecoyMemory;
  readonly #prefix: string;
  readonly #states = new Map<string, State>();

  /** @param name tells this persona's memory from that of others in the same store */
  constructor(options: { readonly seed: Uint8Array; readonly memory: DecoyMemory; readonly name: string }) {
    this.seed = options.seed;
    this.#memory = options.memory;
    this.#prefix = `logins/${options.name}`;
  }

  async load(realm: string, actor: Actor, fromStore: boolean): Promise<void> {
    const key = this.#key(realm, actor);
    const known = this.#states.get(key);
    if (known !== undefined) {
      this.#states.delete(key);
      this.#states.set(key, known);
      return;
    }
    const state = fromStore ? decode(await this.#memory.recall(key)) : undefined;
    if (this.#states.has(key)) return;
    this.#keep(key, state ?? { tries: 0 });
  }

  state(realm: string, actor: Actor): State {
    const key = this.#key(realm, actor);
    const state = this.#states.get(key) ?? { tries: 0 };
    this.#keep(key, state);
    return state;
  }

  #keep(key: string, state: State): void {
    this.#states.set(key, state);
    if (this.#states.size > MAX_STATES) this.#states.delete(this.#states.keys().next().value!);
  }

  save(realm: string, actor: Actor, state: State): void {
    this.#memory.remember(this.#key(realm, actor), Buffer.from(JSON.stringify(state)));
  }

  #key(realm: string, actor: Actor): string {
    return `${this.#prefix}/${realm}/${actor}`;
  }
}

export interface LoginPolicyOptions {
  readonly config: LoginConfig;
  readonly memory: LoginMemory;
  /** Whether there is an account of this name that one can log in to. */
  readonly isUser: (name: string) => boolean;
  /** Whose accounts they are, where they are not the operating system's: `mysql`. */
  readonly realm?: string;
  /** The password of an account that lies about on the machine and always lets in. */
  readonly planted?: (realm: string, user: string) => string | undefined;
}

export interface SecretVerdict {
  readonly accepted: boolean;
  /** The password, where it was found. */
  readonly password?: string;
}

export class LoginPolicy {
  readonly #options: LoginPolicyOptions;
  readonly #realm: string;

  constructor(options: LoginPolicyOptions) {
    this.#options = options;
    this.#realm = options.realm ?? MACHINE_REALM;
  }

  /** The same policy over other accounts than those of the operating system: a database's, a web application's. */
  realm(realm: string, isUser: (name: string) => boolean): LoginPolicy {
    return new LoginPolicy({ ...this.#options, realm, isUser });
  }

  /** Loads what is known of the attacker, so that `check` need not wait. */
  prepare(actor: Actor): Promise<void> {
    return this.#options.memory.load(this.#realm, actor, this.#options.config.remember);
  }

  /** The verdict on one try, and its consequences for the next. */
  check(actor: Actor, user: string, password: string): boolean {
    if (password.length > MAX_SECRET || user.length > MAX_SECRET) return false;
    return this.#decide(actor, user, (candidate) => candidate === password, password).accepted;
  }

  /**
   * The same where the client proves that it knows the password without saying it: `matches` tells whether this password gives the answer that
   * came. `blindly` may be given by protocols that can go on without knowing the password, and lets in after so many tries as `check` does.
   */
  checkProof(
    actor: Actor,
    user: string,
    matches: (password: string) => boolean,
    options: { readonly blindly?: boolean } = {},
  ): SecretVerdict {
    return this.#decide(actor, user, matches, options.blindly === true ? undefined : false);
  }

  /** @param said the password; undefined: unknown, but may be let in; false: unknown, and of no use where it stays so */
  #decide(
    actor: Actor,
    user: string,
    matches: (password: string) => boolean,
    said: string | false | undefined,
  ): SecretVerdict {
    const { config, memory } = this.#options;
    const state = memory.state(this.#realm, actor);
    state.tries++;
    const verdict = this.#judge(actor, user, matches, said, state);
    if (verdict.accepted && config.remember && state.accepted === undefined)
      state.accepted = { user, ...(verdict.password === undefined ? {} : { password: verdict.password }) };
    if (config.remember && (verdict.accepted || state.tries < 100)) memory.save(this.#realm, actor, state);
    return verdict;
  }

  #judge(
    actor: Actor,
    user: string,
    matches: (password: string) => boolean,
    said: string | false | undefined,
    state: State,
  ): SecretVerdict {
    const { config, isUser } = this.#options;
    const refused: SecretVerdict = { accepted: false };
    if (config.denyUsers.includes(user)) return refused;
    const pair = config.accept.find((candidate) => candidate.user === user && matches(candidate.password));
    if (pair !== undefined) return { accepted: true, password: pair.password };
    const planted = this.#options.planted?.(this.#realm, user);
    if (planted !== undefined && matches(planted)) return { accepted: true, password: planted };
    if (state.accepted !== undefined) {
      const { user: known, password } = state.accepted;
      if (known !== user || (password !== undefined && !matches(password))) return refused;
      return { accepted: password !== undefined || said !== false, ...(password === undefined ? {} : { password }) };
    }
    if (!isUser(user) || said === '' || matches('')) return refused;
    const found = said === false || said === undefined ? this.#guess(user, matches) : said;
    const letIn = { accepted: true, ...(found === undefined ? {} : { password: found }) };
    if (config.any && (found !== undefined || said !== false)) return letIn;
    if (config.weakPairs && matches(this.#weakPassword(actor, user)))
      return { accepted: true, password: this.#weakPassword(actor, user) };
    if (config.anyAfterTries === false || (found === undefined && said === false)) return refused;
    const after = config.anyAfterTries === 'seeded' ? 2 + this.#dice(actor, 'tries', 3) : config.anyAfterTries;
    return state.tries >= after ? letIn : refused;
  }

  /** The password behind an answer, where it is one that everybody tries. */
  #guess(user: string, matches: (password: string) => boolean): string | undefined {
    return [user, ...WEAK_PASSWORDS].find((candidate) => matches(candidate));
  }

  #weakPassword(actor: Actor, user: string): string {
    return WEAK_PASSWORDS[this.#dice(actor, `weak ${user}`, WEAK_PASSWORDS.length)]!;
  }

  #dice(actor: Actor, purpose: string, sides: number): number {
    return (
      createHmac('sha256', this.#options.memory.seed)
        .update(`credentials ${purpose} ${actor}`)
        .digest()
        .readUInt32BE(0) % sides
    );
  }
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
