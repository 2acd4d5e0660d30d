/**
 * Second factors: codes of an authenticator application, security keys, and recovery codes for when either is lost. Asked for only of who has shown the
 * right password, so that a stranger neither learns who has one nor uses up anybody's attempts.
 */
import { randomBytes } from 'node:crypto';
import type { AccessBookReader, SecondFactor } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { Sealer } from '@netsentinel/kernel/sealer';
import { BEGUN_MS } from './begun-codes.ts';
import { makeRecoveryCodes, plainCode, useRecoveryCode } from './recovery-codes.ts';
import { SecurityKeys } from './security-keys.ts';
import { TokenBuckets } from './token-buckets.ts';
import { base32, matchingStep, otpauthUri, SECRET_BYTES } from './totp.ts';
import type { ShownKey } from './webauthn/browser-json.ts';
import type { Occasion } from './webauthn/challenges.ts';

/** Three codes in a million are right at a time: who knows a password and goes on for a year gets in with a chance of one in seven. */
const WRONG_CODES = { burst: 5, perMinute: 0.1, most: 10_000 };

/** What is shown besides a password; where there are both, the key counts. */
export interface Proof {
  readonly code?: string | undefined;
  readonly key?: ShownKey | undefined;
}

/** Why a factor lets nobody in. A number: seconds to wait. */
export type Refusal =
  | 'code-needed'
  | 'key-needed'
  | 'code-or-key-needed'
  | 'wrong-code'
  | 'wrong-key'
  | 'key-counted-back'
  | number;

/** `none`: nothing is asked for. `key`: the id of the key that was shown. `told`: what the audit is to know of it. */
export type FactorOutcome =
  | { readonly taken: 'none' | 'code' | 'recovery' | 'key'; readonly key?: string }
  | { readonly refused: Refusal; readonly told?: { readonly refused: string; readonly key?: string } };

export interface Enrolment {
  /** In base32, to be typed in. */
  readonly secret: string;
  /** `otpauth://…`, to be opened or scanned. */
  readonly uri: string;
}

export class SecondFactors {
  readonly keys: SecurityKeys;
  readonly #clock: Clock;
  readonly #sealer: Sealer;
  readonly #log: Logger;
  readonly #wrong: TokenBuckets;
  /** A key cannot be guessed and is never made to wait; only what the audit is told of wrong ones is limited. */
  readonly #wrongKeys: TokenBuckets;

  constructor(clock: Clock, sealer: Sealer, log: Logger) {
    this.#clock = clock;
    this.#sealer = sealer;
    this.#log = log;
    this.keys = new SecurityKeys(clock);
    this.#wrong = new TokenBuckets(clock, WRONG_CODES);
    this.#wrongKeys = new TokenBuckets(clock, WRONG_CODES);
  }

  /** A new secret, for which nothing is asked until `confirm`; undefined where codes are asked for already. */
  async begin(tx: StateTransaction, account: string): Promise<Enrolment | undefined> {
    if ((await tx.secondFactor(account))?.confirmedAt !== undefined) return undefined;
    const secret = randomBytes(SECRET_BYTES);
    await tx.putSecondFactor({
      account,
      sealedSecret: this.#sealer.seal(secret, contextOf(account)),
      createdAt: this.#clock.now(),
      lastStep: 0,
    });
    return { secret: base32(secret), uri: otpauthUri(account, secret) };
  }

  /** From now on codes are asked for. Answers new recovery codes, this once; undefined where nothing was begun, or too long ago. */
  async confirm(
    tx: StateTransaction,
    account: string,
    code: string,
  ): Promise<readonly string[] | 'wrong-code' | number | undefined> {
    const factor = await tx.secondFactor(account);
    if (factor === undefined || factor.confirmedAt !== undefined) return undefined;
    if (this.#clock.now() - factor.createdAt > BEGUN_MS) return undefined;
    const step = this.#tried(factor, plainCode(code));
    if (typeof step === 'object') return step.waitS;
    if (step === undefined) return 'wrong-code';
    await tx.putSecondFactor({ ...factor, confirmedAt: this.#clock.now(), lastStep: step });
    // Begun while no code was asked for.
    this.keys.endBegun(account);
    return makeRecoveryCodes(tx, account);
  }

  /** Whether this is right, which uses it up. To be asked only for who has shown the right password, or is signed in. */
  async use(tx: StateTransaction, occasion: Occasion, { code = '', key }: Proof): Promise<FactorOutcome> {
    const { account } = occasion;
    const stored = await tx.secondFactor(account);
    const factor = stored?.confirmedAt === undefined ? undefined : stored;
    const hasKeys = (await tx.securityKeys(account)).length > 0;
    if (factor === undefined && !hasKeys) return { taken: 'none' };
    if (key !== undefined && hasKeys) return this.#useKey(tx, occasion, key);
    const given = plainCode(code);
    if (given === '') return { refused: needed(factor !== undefined, hasKeys) };
    if (await useRecoveryCode(tx, account, given)) return { taken: 'recovery' };
    const lastStep = this.#tried(factor ?? account, given);
    if (typeof lastStep === 'object') return { refused: lastStep.waitS };
    if (factor === undefined || lastStep === undefined)
      return { refused: 'wrong-code', told: { refused: 'wrong code' } };
    await tx.putSecondFactor({ ...factor, lastStep });
    return { taken: 'code' };
  }

  async #useKey(tx: StateTransaction, occasion: Occasion, shown: ShownKey): Promise<FactorOutcome> {
    const used = await this.keys.use(tx, occasion, shown);
    if (used.outcome === 'key') return { taken: 'key', key: used.key.id };
    if (used.outcome === 'counted-back')
      return { refused: 'key-counted-back', told: { refused: 'the key counted back', key: used.key.id } };
    const isTold = this.#wrongKeys.take(occasion.account) === 0;
    return { refused: 'wrong-key', ...(isTold ? { told: { refused: 'wrong key' } } : {}) };
  }

  /** The step of a right code; undefined for a wrong one, which counts. Of an account without an application each is wrong. */
  #tried(factor: SecondFactor | string, code: string): number | { readonly waitS: number } | undefined {
    const account = typeof factor === 'string' ? factor : factor.account;
    const waitS = this.#wrong.take(account);
    if (waitS > 0) return { waitS };
    if (typeof factor === 'string') return undefined;
    const secret = this.#sealer.open(factor.sealedSecret, contextOf(account));
    if (secret === undefined)
      this.#log.error('a second factor was sealed with another key than this install’s', { account });
    const step = secret && matchingStep(secret, code, this.#clock.now(), factor.lastStep);
    if (step !== undefined) this.#wrong.giveBack(account);
    return step;
  }
}

/** Whether signing in asks this account for more than the password. */
export async function hasSecondFactor(
  read: Pick<AccessBookReader, 'secondFactor' | 'securityKeys'>,
  account: string,
): Promise<boolean> {
  return (await read.secondFactor(account))?.confirmedAt !== undefined || (await read.securityKeys(account)).length > 0;
}

/** Recovery codes stand for a factor: without one there are none. To be called once a factor is gone. */
export async function dropIdleRecoveryCodes(tx: StateTransaction, account: string): Promise<void> {
  if (!(await hasSecondFactor(tx, account))) await tx.putRecoveryHashes(account, []);
}

/** Takes all of an account's factors away, an application that was never confirmed too. */
export async function endSecondFactors(tx: StateTransaction, account: string): Promise<void> {
  for (const { id } of await tx.securityKeys(account)) await tx.removeSecurityKey(id);
  await tx.removeSecondFactor(account);
  await dropIdleRecoveryCodes(tx, account);
}

function needed(codes: boolean, keys: boolean): Refusal {
  if (codes && keys) return 'code-or-key-needed';
  return codes ? 'code-needed' : 'key-needed';
}

function contextOf(account: string): string {
  return `totp ${account}`;
}
