/**
 * What `PolledResponder` needs of a firewall that does not tell of its changes by itself: ways to look at it that are cheap enough
 * to be taken every second or two, and ways to change it. Nothing here rejects: what goes wrong is the answer.
 */
import type { Measure } from '@netsentinel/contracts/action';
import type { Network } from '@netsentinel/kernel/address';
import type { CommandResult } from '../program.ts';
import type { Change, Entry } from '../responder.types.ts';

export type Upkeep =
  | {
      readonly ok: true;
      /** For people: what is in force where. */
      readonly detail: string;
      /** What was missing and has been put back, or undefined where nothing was. */
      readonly mended: string | undefined;
    }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

export interface Firewall {
  /** Looks whether everything of ours but the entries is in place, and puts it in place where it is not. Asked every second or two. */
  uphold(): Promise<Upkeep>;
  /** What `change` would do, as a person would type it. Pure. */
  plan(change: Change): readonly string[];
  /** Why it cannot take this measure, or undefined where it can; without it: it can only block. */
  refuses?(measure: Measure): string | undefined;
  /** Why this network cannot be blocked although the firewall is there, or undefined where it can. */
  refusal(network: Network): string | undefined;
  /** Replaces all entries by these, without a moment in which any of them is missing where the firewall can do that. */
  replace(entries: Iterable<Entry>): Promise<CommandResult>;
  /** Makes the changes, all or none. Doing again what is done already succeeds. */
  change(changes: readonly Change[]): Promise<CommandResult>;
  /** Entries in force, or undefined where that cannot be told. Asked every second or two. */
  count(): Promise<number | undefined>;
  /** Milliseconds that each network stays in force, by its text, or undefined where that cannot be told. */
  list(): Promise<Map<string, number> | undefined>;
  /** For each change: does the firewall show it, asked in another way than it was made? */
  seen(changes: readonly Change[]): Promise<readonly boolean[]>;
  /** Resolves when no program runs any more that was kept, or started for a change that did not wait for it. */
  close?(): Promise<void>;
  /** Takes everything of ours away. */
  remove(): Promise<CommandResult>;
  /** How long an entry may stay in force at most, where the firewall has such a limit; longer ones are renewed in time. */
  readonly longestMs: number;
  /** Only of a firewall whose entries do not end by themselves: those whose time is over at this monotonic time, … */
  due?(now: number): readonly Network[];
  /** … and when the next one's time will be. */
  nextEnd?(): number | undefined;
}
