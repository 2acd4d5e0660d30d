/**
 * `Notification`: what a person is told, with all that they need to decide. It is kept with what is waiting to be sent, so it is complete:
 * no notifier looks anything up. Every text in it may hold what an attacker wrote; each notifier escapes it for its own medium.
 */
import { z } from 'zod';
import { Severity } from './detection.ts';

const line = z.string().max(512);
const epochMs = z.number().int();

export const NOTIFICATION_LIMITS = { story: 12, targets: 16, response: 8, next: 6, listed: 20 } as const;

/** `acknowledged` and `resolved` go only to notifiers that follow an incident (`NotifierDefinition.follows`). */
export const NotificationKind = z.enum([
  'opened',
  'changed',
  'escalated',
  'acknowledged',
  'resolved',
  'digest',
  'alarm',
  'test',
]);
export type NotificationKind = z.infer<typeof NotificationKind>;

const Named = z.strictObject({ id: z.string().max(64), name: z.string().max(200) });

/** One incident among the many of a digest. */
export const DigestEntry = z.strictObject({
  incident: z.string().max(64),
  severity: Severity,
  title: line,
  url: z.string().max(512).optional(),
});
export type DigestEntry = z.infer<typeof DigestEntry>;

export const Notification = z.strictObject({
  /** The same when it is sent again: receivers know a repetition by it. */
  id: z.string().max(64),
  kind: NotificationKind,
  severity: Severity,
  title: line,
  /** Why it is told now: `New incident`, `Severity rose from medium to high`. */
  reason: line,
  at: epochMs,
  incident: z
    .strictObject({
      id: z.string().max(64),
      status: z.string().max(16),
      score: z.number().int(),
      firstSeen: epochMs,
      lastSeen: epochMs,
      /** Its page in the console, where the console's address is known. */
      url: z.string().max(512).optional(),
    })
    .optional(),
  /** Who did it: addresses, and whose they are where that is known. */
  who: z.array(line).max(8),
  tactics: z.array(Named).max(16),
  techniques: z.array(Named).max(16),
  /** What they did, in their order. */
  story: z.array(line).max(NOTIFICATION_LIMITS.story),
  /** Decoys and machines that they touched. */
  targets: z.array(line).max(NOTIFICATION_LIMITS.targets),
  /** What was done about it. */
  response: z.array(line).max(NOTIFICATION_LIMITS.response),
  /** What a person may do now. */
  next: z.array(line).max(NOTIFICATION_LIMITS.next),
  /** Of a digest: the worst ones, and how many there are in all. */
  digest: z
    .strictObject({
      count: z.number().int(),
      bySeverity: z.partialRecord(Severity, z.number().int()),
      listed: z.array(DigestEntry).max(NOTIFICATION_LIMITS.listed),
    })
    .optional(),
});
export type Notification = z.infer<typeof Notification>;
