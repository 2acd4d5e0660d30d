/**
 * Requests that name themselves with an `Idempotency-Key`: which are under way, and what the latest were answered. The records of a repeated one have the same
 * origin as the first time, so they are kept once even where nothing is remembered here, as after a restart.
 */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { problems, type Problem } from './problem.ts';

const MAX_REMEMBERED = 4096;

interface Done {
  readonly digest: string;
  readonly answer: string;
}

export class Batches {
  readonly #underWay = new Set<string>();
  /** Oldest first. */
  readonly #done = new Map<string, Done>();

  /** The epoch of the batch's records. */
  static epochOf(sender: string, key: string): string {
    return createHash('sha256').update(`${sender}\0${key}`).digest('hex').slice(0, 32);
  }

  /** An answer where this very batch has been kept already; undefined where it is to be kept now, until `end`. */
  begin(epoch: string, body: Uint8Array): Result<string | undefined, Problem> {
    if (this.#underWay.has(epoch)) return err(problems.keyInUse);
    const done = this.#done.get(epoch);
    if (done !== undefined) return done.digest === digestOf(body) ? ok(done.answer) : err(problems.keyReused);
    this.#underWay.add(epoch);
    return ok(undefined);
  }

  /** @param answer undefined where it could not be kept */
  end(epoch: string, body: Uint8Array, answer: string | undefined): void {
    this.#underWay.delete(epoch);
    if (answer === undefined) return;
    this.#done.set(epoch, { digest: digestOf(body), answer });
    if (this.#done.size > MAX_REMEMBERED) {
      const [oldest] = this.#done.keys();
      this.#done.delete(oldest!);
    }
  }
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}
