/**
 * What a responder is: something that can cut a network off somewhere (a firewall, a cloud, a controller) and let it in again.
 * The enforcer decides and remembers; a responder only makes its corner of the world equal to what the enforcer intends.
 * One contract suite (`testkit/contracts/responder.suite.ts`) runs over every responder.
 */
import type { Measure, ResponseMode } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { Network } from '@netsentinel/kernel/address';
import type { z } from 'zod';
import type { ResponderPorts } from './capturer.types.ts';
import type { SwitchNetwork } from './openflow/switch-network.types.ts';

/** A network that shall be cut off, for how long from now (monotonic time). */
export interface Entry {
  readonly network: Network;
  readonly remainingMs: number;
  /** What is done about it; `block` where it is not given. A network has one measure at a time, the strongest that is ordered. */
  readonly measure?: Measure;
}

export type Change =
  | ({
      readonly kind: 'block';
      /** True where it may be in force already, so that its end has to be set anew. */
      readonly renew: boolean;
    } & Entry)
  /** `measure`: what is taken back, in a plan; who carries it out knows what is in force. */
  | { readonly kind: 'unblock'; readonly network: Network; readonly measure?: Measure };

export type ChangeOutcome =
  | {
      readonly ok: true;
      /** Resolves true once the change has been seen from outside the program that made it; false when it was not in time. */
      readonly verified: Promise<boolean>;
    }
  | { readonly ok: false; readonly reason: string };

export type Availability =
  | { readonly available: true; readonly detail: string }
  | { readonly available: false; readonly reason: string; readonly hint: string };

/** What the enforcer intends, as of now. It is journaled before a responder is asked, so that it is never behind the world. */
export interface IntendedBlocks {
  /** Milliseconds for which the network shall stay cut off, or undefined where it shall not be. */
  remainingMs(network: Network): number | undefined;
  /** What is done about it meanwhile; `block` alone where this is not given. */
  measureOf?(network: Network): Measure | undefined;
  /** The oldest order that holds it, and the incident that that answers (empty where it answers none). */
  orderOf?(network: Network): { readonly order: string; readonly incident: string } | undefined;
  all(): Iterable<Entry>;
  count(): number;
  /** Networks, as text, that the responder will be asked to change, after what it is at now: where the world differs in these, nobody has meddled. */
  waiting?(): { readonly size: number; has(network: string): boolean };
}

export interface ResponderContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly intended: IntendedBlocks;
  /** Called when the world differed from what is intended and has been set right. */
  onMended(what: string, entries: number): void;
  /** A line of its own in the audit. */
  onNoted?(kind: string, fields: Readonly<Record<string, unknown>>): void;
  /** Called where it could not be reached and can be now: it is made equal to what is intended at once, not at the next look. */
  onReady?(): void;
  /**
   * Called where whoever holds a block, or other measure, does not hold it any more and will not take it again: it is intended there no more. Without
   * a measure: none is.
   */
  onRefused?(network: Network, reason: string, measure?: Measure): void;
}

/**
 * Each responder works in a lane of its own: it is asked for one thing at a time, and nobody waits for it but those who asked for this
 * very block. It bounds its own work in time all the same (its configuration says how long), for its lane waits for it.
 */
export interface Responder {
  readonly id: string;
  /**
   * As of now, cheap: rights, programs or servers may come and go. Asked about once a second; with a measure, by one that may be unable to make that
   * alone for a while.
   */
  availability(measure?: Measure): Availability;
  /**
   * Makes the world equal to `ctx.intended`, whatever was there, and starts to watch it. Never rejects. While it answers that it is
   * unavailable it is called again, with growing pauses.
   */
  start(): Promise<Availability>;
  /**
   * What it would do about this change, in its own words: the command, the key, the line of a file, the request; a line each. Pure and
   * quick, works before `start` and in every mode, and shows no secret.
   */
  plan(change: Change): readonly string[];
  /** Why it cannot take this measure, or undefined where it can. A responder without this can block and nothing else. */
  refuses?(measure: Measure): string | undefined;
  /**
   * Makes the changes, all or none; one outcome for each, in order. Doing again what is done already succeeds. Never rejects.
   * The enforcer calls it once at a time.
   */
  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]>;
  /** Makes the world equal to `ctx.intended` again, at once. Also called when it is available again after it was not. Never rejects. */
  sync(): Promise<Availability>;
  /** Takes everything of ours away. */
  clear(): Promise<Availability>;
  /** Ends our processes and leaves blocks in force. */
  close(): Promise<void>;
}

export type ResponderFactory = (ctx: ResponderContext) => Responder;

/** One responder as configured. */
export interface ConfiguredResponder {
  readonly id: string;
  readonly mode: ResponseMode;
  readonly create: ResponderFactory;
  /** Where it works in switches: what they know, and the segments in them. */
  readonly network?: SwitchNetwork;
}

/** One kind of responder, exported by `responders/ID/ID.responder.ts`; its zod schema lives in `responders/ID/ID.config.ts`. */
export interface ResponderDefinition<Config> {
  /** The name of its folder; the key of its configuration. */
  readonly id: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Strict, every key optional or with a safe default. The key `mode` is the enforcer's. */
  readonly config: z.ZodType<Config>;
  /** Without side effects: the world is first looked at in `start`. */
  create(ctx: ResponderContext, config: Config, ports?: ResponderPorts): Responder;
  /** Of a responder that works in switches. Without side effects too. */
  network?(config: Config): SwitchNetwork;
}
