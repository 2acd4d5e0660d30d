/**
 * A notifier: tells people, or the programs that wake them. It sends one message when asked and says how that went; who is told what, when,
 * and what happens after a failure is not its business (`stages/6-alert/routing`).
 *
 * To add one: a folder under `stages/6-alert/notifiers/`, one line in that folder's `index.ts`, one in its `notifiers.config.ts`.
 * One contract suite (`testkit/contracts/notifier.suite.ts`) runs over every one.
 */
import type { ZodType } from 'zod';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import type { Notification } from './notification.ts';

export interface NotifierDefinition<Config> {
  /** Kebab-case: `email`. Also the folder's name, and `type` in the configuration. */
  readonly id: string;
  readonly summary: string;
  readonly stability: 'experimental' | 'stable';
  readonly config: ZodType<Config>;
  /** True where its receiver follows an incident to its end: it is told of acknowledgements and ends too. */
  readonly follows: boolean;
  create(ctx: NotifierContext, config: Config): Notifier;
}

export interface NotifierContext {
  /** The configured name: `ops-mail`. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Notifier {
  /** Sends one message. Never rejects, and ends in bounded time whatever the other side does. Called once at a time. */
  send(notification: Notification): Promise<SendOutcome>;
  close(): Promise<void>;
}

export type SendOutcome =
  | { readonly ok: true; readonly answer: string }
  | {
      readonly ok: false;
      /** What the other side said, or what failed on the way; capped, never a secret. */
      readonly answer: string;
      /** False where the same message would be refused again: a wrong address, a wrong password. */
      readonly retry: boolean;
      /** When the other side wants to hear of us again, where it said so. */
      readonly retryAfterMs?: number;
    };
