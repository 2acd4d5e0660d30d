/** The numbers of `math.random` in a script: redis starts them anew for each run (its `rand.c`, the generator of POSIX' `lrand48`). */
const MULTIPLIER = 0x5deece66dn;
const ADDED = 0xbn;
const MASK = (1n << 48n) - 1n;
const TOP = 2_147_483_647;

export class LuaRandom {
  #state = seeded(0);

  seed(value: number): void {
    this.#state = seeded(value);
  }

  /** From 0 on, below 1. */
  next(): number {
    this.#state = (this.#state * MULTIPLIER + ADDED) & MASK;
    return (Number(this.#state >> 17n) % TOP) / TOP;
  }
}

function seeded(value: number): bigint {
  return (BigInt.asUintN(32, BigInt(Math.trunc(value) || 0)) << 16n) | 0x330en;
}
