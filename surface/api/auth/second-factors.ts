/**
 * Second factors: codes of an authenticator application, and recovery codes for when it is lost. Asked for only of who has shown the right
 * password, so that a stranger neither learns who has one nor uses up anybody's attempts.
 */
import { randomBytes } from 'node:crypto';
import type { SecondFactor } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { Sealer } from '@netsentinel/kernel/sealer';
import { hashSecret } from './secrets.ts';
import { TokenBuckets } from './token-buckets.ts';
import { base32, matchingStep, otpauthUri, SECRET_BYTES } from './totp.ts';

const RECOVERY_CODES = 10;
/** 80 bits: nobody guesses them, with the database at hand neither. */
const RECOVERY_BYTES = 10;
/** Three codes in a million are right at a time: who knows a password and goes on for a year gets in with a chance of one in seven. */
const WRONG_CODES = { burst: 5, perMinute: 0.1, most: 10_000 };

/** `code`, `recovery`: right, by what. `none`: nothing is asked for. Else why not; a number: seconds to wait. */
export type CodeOutcome = 'code' | 'recovery' | 'none' | 'needed' | 'wrong' | number;

export interface Enrolment {
  /** In base32, to be typed in. */
  readonly secret: string;
  /** `otpauth://…`, to be opened or scanned. */
  readonly uri: string;
}

export class SecondFactors {
  readonly #clock: Clock;
  readonly #sealer: Sealer;
  readonly #log: Logger;
  readonly #wrong: TokenBuckets;

  constructor(clock: Clock, sealer: Sealer, log: Logger) {
    this.#clock = clock;
    this.#sealer = sealer;
    this.#log = log;
    this.#wrong = new TokenBuckets(clock, WRONG_CODES);
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
      recoveryHashes: [],
    });
    return { secret: base32(secret), uri: otpauthUri(account, secret) };
  }

  /** From now on codes are asked for. Answers the recovery codes, this once; undefined where nothing was begun. */
  async confirm(
    tx: StateTransaction,
    account: string,
    code: string,
  ): Promise<readonly string[] | 'wrong' | number | undefined> {
    const factor = await tx.secondFactor(account);
    if (factor === undefined || factor.confirmedAt !== undefined) return undefined;
    const step = this.#tried(factor, plain(code));
    if (typeof step === 'object') return step.waitS;
    if (step === undefined) return 'wrong';
    const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
    await tx.putSecondFactor({
      ...factor,
      confirmedAt: this.#clock.now(),
      lastStep: step,
      recoveryHashes: codes.map((one) => hashSecret(plain(one))),
    });
    return codes;
  }

  /** Whether this code is right, which uses it up. To be asked only for who has shown the right password, or is signed in. */
  async use(tx: StateTransaction, account: string, code: string | undefined): Promise<CodeOutcome> {
    const factor = await tx.secondFactor(account);
    if (factor?.confirmedAt === undefined) return 'none';
    const given = plain(code ?? '');
    if (given === '') return 'needed';
    const recoveryHashes = factor.recoveryHashes.filter((hash) => hash !== hashSecret(given));
    // Not limited: they cannot be guessed, and let the owner in while somebody else tries codes.
    if (recoveryHashes.length < factor.recoveryHashes.length) {
      await tx.putSecondFactor({ ...factor, recoveryHashes });
      return 'recovery';
    }
    const lastStep = this.#tried(factor, given);
    if (typeof lastStep === 'object') return lastStep.waitS;
    if (lastStep === undefined) return 'wrong';
    await tx.putSecondFactor({ ...factor, lastStep });
    return 'code';
  }

  /** The step of a right code; undefined for a wrong one, which counts. */
  #tried(
    { account, sealedSecret, lastStep }: SecondFactor,
    code: string,
  ): number | { readonly waitS: number } | undefined {
    const waitS = this.#wrong.take(account);
    if (waitS > 0) return { waitS };
    const secret = this.#sealer.open(sealedSecret, contextOf(account));
    if (secret === undefined)
      this.#log.error('a second factor was sealed with another key than this install’s', { account });
    const step = secret && matchingStep(secret, code, this.#clock.now(), lastStep);
    if (step !== undefined) this.#wrong.giveBack(account);
    return step;
  }
}

function contextOf(account: string): string {
  return `totp ${account}`;
}

/** Four groups of four. */
function recoveryCode(): string {
  return base32(randomBytes(RECOVERY_BYTES)).replace(/.{4}(?=.)/g, '$&-');
}

/** As people type it: with spaces and dashes, in whatever case. */
function plain(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}
