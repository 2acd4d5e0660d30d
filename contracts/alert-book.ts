/**
 * What alerting remembers, part of the state store: which incidents are to be looked at and what people know of them, messages on their way and
 * those that could not be sent, silences. A message is written in the transaction that decides on it and removed once it is sent.
 */
import { z } from 'zod';
import { Severity, TacticId } from './detection.ts';
import type { IncidentSummary } from './incident.ts';
import { Notification } from './notification.ts';

const epochMs = z.number().int();
const by = z.string().max(200);

/** What people have been told of an incident, and what they said. */
export const AlertState = z.strictObject({
  /** When something worth telling came up that was not told yet. */
  pendingSince: epochMs.optional(),
  /** When it was first and last told. */
  firstToldAt: epochMs.optional(),
  toldAt: epochMs.optional(),
  severity: Severity.optional(),
  tactics: z.array(TacticId).max(32),
  /** Ids of actions whose failure was told. */
  failed: z.array(z.string().max(64)).max(64),
  /** Ids of actions of which it was told that they wait for a person's word. */
  asked: z.array(z.string().max(64)).max(64),
  /** Names of the notifiers that were told. */
  told: z.array(z.string().max(64)).max(64),
  /** Steps of escalation that are done: `night/0`. */
  escalated: z.array(z.string().max(80)).max(64),
  acknowledged: z.strictObject({ by, at: epochMs }).optional(),
});
export type AlertState = z.infer<typeof AlertState>;

/** One message to one notifier. */
export const Delivery = z.strictObject({
  id: z.string().max(64),
  notifier: z.string().max(64),
  /** `dead`: given up; it can be sent again. */
  status: z.enum(['waiting', 'dead']),
  /** Whether it was held back to be told with others: for a digest, or over quiet hours. */
  held: z.boolean(),
  dueAt: epochMs,
  createdAt: epochMs,
  attempts: z.number().int(),
  /** What the other side said last. */
  answer: z.string().max(512).optional(),
  notification: Notification,
});
export type Delivery = z.infer<typeof Delivery>;

/** Nothing is told of incidents that all given parts fit. */
export const Silence = z.strictObject({
  id: z.uuid(),
  /** An address or a network in CIDR form. */
  address: z.string().max(49).optional(),
  rule: z.string().min(1).max(128).optional(),
  decoy: z.string().min(1).max(128).optional(),
  reason: z.string().min(1).max(1000),
  by,
  at: epochMs,
  until: epochMs,
  ended: z.strictObject({ by, at: epochMs }).optional(),
});
export type Silence = z.infer<typeof Silence>;

export interface DueAlert {
  readonly incident: string;
  readonly dueAt: number;
  readonly state?: AlertState;
  /** Not there where the incident is gone. */
  readonly summary?: IncidentSummary;
}

export interface DeliveryFilter {
  readonly notifier?: string;
  readonly status?: Delivery['status'];
  readonly dueUntil?: number;
  /** Default 100, at most 10,000; the longest due first. */
  readonly limit?: number;
}

export interface AlertBookReader {
  alert(incident: string): Promise<AlertState | undefined>;
  /** Incidents to be looked at by this time (epoch ms), the longest due first. */
  dueAlerts(until: number, limit: number): Promise<readonly DueAlert[]>;
  /** When the next incident is to be looked at; undefined where none is. */
  nextAlertAt(): Promise<number | undefined>;
  deliveries(filter?: DeliveryFilter): Promise<readonly Delivery[]>;
  delivery(id: string): Promise<Delivery | undefined>;
  /** By notifier and status; `nextAt` is when the first of them is due. */
  deliveryCounts(): Promise<
    readonly {
      readonly notifier: string;
      readonly status: Delivery['status'];
      readonly count: number;
      readonly nextAt: number;
    }[]
  >;
  /** Newest first, those that are over too; at most 1,000. */
  silences(): Promise<readonly Silence[]>;
}

export interface AlertBookWriter {
  /** The incident is to be looked at by this time, or sooner where that was said before. */
  alertDue(incident: string, at: number): Promise<void>;
  /** Replaces what is known of an incident and when to look again; without state it is forgotten. */
  putAlert(incident: string, state: AlertState | undefined, dueAt: number | undefined): Promise<void>;
  putDelivery(delivery: Delivery): Promise<void>;
  removeDeliveries(ids: readonly string[]): Promise<void>;
  putSilence(silence: Silence): Promise<void>;
  /** Drops dead messages that were made, and silences that ended, before this time; answers how many. */
  pruneAlerts(before: number): Promise<number>;
}
