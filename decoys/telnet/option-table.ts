/**
 * The state of all options on both sides, in the manner of the Berkeley servers (the forerunner of RFC 1143): for each option what was agreed on last,
 * what we want, and how many of our requests are unanswered. Ours are those that we WILL; theirs are those that we DO.
 */
import { DO, DONT, WILL, WONT } from './telnet-codes.ts';

interface Side {
  /** What the other side said last. */
  is: boolean;
  wanted: boolean;
  pending: number;
}

export type Whose = 'ours' | 'theirs';

export class OptionTable {
  readonly #send: (verb: number, option: number) => void;
  readonly #sides = { ours: new Map<number, Side>(), theirs: new Map<number, Side>() };

  constructor(send: (verb: number, option: number) => void) {
    this.#send = send;
  }

  is(whose: Whose, option: number): boolean {
    return this.#sides[whose].get(option)?.is ?? false;
  }

  wanted(whose: Whose, option: number): boolean {
    return this.#sides[whose].get(option)?.wanted ?? false;
  }

  pending(whose: Whose, option: number): boolean {
    return (this.#sides[whose].get(option)?.pending ?? 0) > 0;
  }

  /** Asks for a change, unless it is so already or was asked for. `unrecorded`: asked for, but taken as not wanted (timing marks). */
  ask(whose: Whose, option: number, on: boolean, unrecorded = false): void {
    const side = this.#side(whose, option);
    if ((side.pending === 0 && side.is === on) || side.wanted === on) return;
    side.wanted = unrecorded ? !on : on;
    side.pending++;
    this.#send(verb(whose, on), option);
  }

  /**
   * The other side said this. `agree` decides where it is news to us; what it answers is sent back, undefined sends nothing. `confirmed` is called for
   * what we had asked for.
   */
  heard(
    whose: Whose,
    option: number,
    on: boolean,
    hooks: { agree(): boolean | undefined; confirmed?(): void; ended?(): void },
  ): void {
    const side = this.#side(whose, option);
    if (side.pending > 0) {
      side.pending--;
      if (side.pending > 0 && side.is === on) side.pending--;
    }
    if (side.pending === 0) {
      if (side.wanted === on) hooks.confirmed?.();
      else if (on) {
        const agreed = hooks.agree();
        if (agreed === undefined) return;
        if (agreed) side.wanted = true;
        else side.pending++;
        this.#send(verb(whose, agreed), option);
      } else {
        hooks.ended?.();
        side.wanted = false;
        if (side.is) this.#send(verb(whose, false), option);
      }
    }
    side.is = on;
  }

  /** Sets both without a word. */
  set(whose: Whose, option: number, on: boolean): void {
    const side = this.#side(whose, option);
    side.is = on;
    side.wanted = on;
  }

  /** All options that we want of a side, in their order. */
  *wantedOptions(): Generator<readonly [Whose, number]> {
    for (let option = 0; option < 40; option++) {
      if (this.wanted('ours', option)) yield ['ours', option];
      if (this.wanted('theirs', option)) yield ['theirs', option];
    }
  }

  #side(whose: Whose, option: number): Side {
    const known = this.#sides[whose].get(option);
    if (known !== undefined) return known;
    const side = { is: false, wanted: false, pending: 0 };
    this.#sides[whose].set(option, side);
    return side;
  }
}

function verb(whose: Whose, on: boolean): number {
  if (whose === 'ours') return on ? WILL : WONT;
  return on ? DO : DONT;
}
