/**
 * What `HeldListResponder` needs of whoever holds our list of blocked networks and ends no block by itself: the file of a web server, the
 * map of a proxy, an address list in a cloud, a program of the operator's. Networks are canonical text here (`198.51.100.7`,
 * `2001:db8::/64`). Nothing here rejects: what goes wrong is the answer.
 */
import type { Change } from '../responder.types.ts';

/** What shall be blocked, as of now. What is over is not in it. */
export interface Wanted {
  /** How many networks: a figure for people, which may count some that were over a moment ago. */
  readonly size: number;
  /** Milliseconds that the network shall stay blocked; undefined where it shall not be, or not any more. */
  remainingMs(network: string): number | undefined;
  /** Each network, and the milliseconds it shall stay blocked: at least 1. */
  all(): Iterable<readonly [network: string, remainingMs: number]>;
}

export interface HolderFailure {
  readonly ok: false;
  readonly reason: string;
  /** For people: what to do about it. */
  readonly hint: string;
}

export type HolderResult = { readonly ok: true } | HolderFailure;

export type HolderLook =
  | {
      readonly ok: true;
      /** For people: what somebody else has changed, and how many entries that concerns. Everything is replaced then. */
      readonly altered?: { readonly what: string; readonly entries: number };
    }
  | HolderFailure;

/** One call of `replace`, `change`, `seen` and `look` at a time; each bounds its own time, for all others wait for it. */
export interface ListHolder {
  /** For people: where the list is held. */
  readonly detail: string;
  /** What `change` would do, in its own words; lines of at most 512 characters. Pure and quick, works before everything else, shows no secret. */
  plan(change: Change): readonly string[];
  /** Makes what is held equal to `wanted`, whatever was there: at the start, when asked to, and after anything failed. */
  replace(wanted: Wanted): Promise<HolderResult>;
  /** Makes each of these networks what `wanted` says of it: blocked for that long, or not blocked. Doing again what is done already succeeds. */
  change(networks: readonly string[], wanted: Wanted): Promise<HolderResult>;
  /** Why this network is not held although everything went well (there is no room for it), or undefined where nothing is wrong. Asked for after a change. */
  refusal?(network: string, wanted: Wanted): string | undefined;
  /** For each network: is it there, or not there, as `wanted` has it? Asked for after a change, where possible in another way than it was made. */
  seen(networks: readonly string[], wanted: Wanted): Promise<readonly boolean[]>;
  /** Looks whether what is held is still ours. Asked at each check, so what costs much is done only now and then. */
  look(wanted: Wanted): Promise<HolderLook>;
  /** Takes everything of ours away; without it, `replace` with an empty list is as good. */
  clear?(): Promise<HolderResult>;
  /** The end: what is waited for is waited for no more (it may fail), and what is held stays. Called once, while work may be under way. */
  close?(wanted: Wanted): void;
}
