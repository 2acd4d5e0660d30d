/** What one run of a script may cost: it holds the whole process up while it runs. */
import { LuaUnplayed } from './lua-values.ts';

const MAX_STEPS = 500_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** Values and blocks within each other, over all calls: tables in tables run out of this process' stack at some 1,200. */
const MAX_DEPTH = 500;
/** Bytes that are looked at or copied in the time of a step. */
const BYTES_A_STEP = 64;

export class LuaBudget {
  #steps = MAX_STEPS;
  #bytes = MAX_BYTES;
  #depth = 0;

  /** @throws LuaUnplayed when it is used up */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new LuaUnplayed('too many steps');
  }

  /** Text that is searched or compared. */
  look(bytes: number): void {
    this.spend(1 + bytes / BYTES_A_STEP);
  }

  /** Text or table places that are made. What is let go of does not come back. */
  make(bytes: number): void {
    this.look(bytes);
    this.#bytes -= bytes;
    if (this.#bytes < 0) throw new LuaUnplayed('too many bytes');
  }

  /**
   * A value or a block is about to be gone into; `leave` with what this gives when it is done. After an error, whoever caught it leaves for all within.
   * @throws LuaUnplayed when they are too deep
   */
  enter(): number {
    this.spend(1);
    if (this.#depth >= MAX_DEPTH) throw new LuaUnplayed('too deep');
    return this.#depth++;
  }

  get depth(): number {
    return this.#depth;
  }

  leave(depth: number): void {
    this.#depth = depth;
  }
}
