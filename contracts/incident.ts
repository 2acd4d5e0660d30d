/** `Incident`: one attacker's whole story, folded from detections and from the sessions that they rest on. */
import { z } from 'zod';
import { Severity, TacticId, TechniqueId } from './detection.ts';
import { KnownScanner } from './scanner.ts';

const capped = z.string().max(1024);
const epochMs = z.number().int();

/** Bounds of what one incident keeps; beyond them the oldest detail goes and `omitted` counts it. */
export const INCIDENT_LIMITS = {
  timeline: 500,
  credentials: 200,
  commands: 500,
  files: 200,
  sessions: 200,
  detections: 200,
  fingerprints: 16,
} as const;

export const TimelineEntry = z.strictObject({
  time: epochMs,
  /** `connect`, `login`, `command`, `file`, `detection`, `action`, `disconnect` … */
  kind: z.string().max(32),
  title: capped,
  detail: z.string().max(4096).optional(),
  session: capped.optional(),
  /** Of what service it tells: `ssh`. */
  protocol: z.string().max(32).optional(),
  event: capped.optional(),
  severity: Severity.optional(),
  techniques: z.array(TechniqueId).max(16).optional(),
  /** Where many moves of one kind in a row are one entry: how many; `event` is the latest of them. */
  count: z.number().int().optional(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const IncidentSession = z.strictObject({
  id: capped,
  decoy: capped,
  protocol: z.string().max(32),
  start: epochMs,
  end: epochMs.optional(),
  user: capped.optional(),
  recording: capped.optional(),
  client: capped.optional(),
});
export type IncidentSession = z.infer<typeof IncidentSession>;

export const Incident = z.strictObject({
  id: z.string().max(64),
  actor: z.string().max(64),
  /** The addresses seen under this actor, the latest first. */
  addresses: z.array(z.string().max(45)).max(16),
  /** Whose scanner it is, where that is known by its network. */
  scanner: KnownScanner.optional(),
  /** `benign`: a person said that it is no attack. */
  status: z.enum(['open', 'contained', 'closed', 'benign']),
  title: capped,
  severity: Severity,
  /** 0 to 100. */
  score: z.number().int().min(0).max(100),
  firstSeen: epochMs,
  lastSeen: epochMs,
  sourceVerified: z.boolean(),
  /** Where the attacker logged in or ran something: on a machine, or at decoys only. Absent where nowhere. */
  inside: z.enum(['machine', 'decoy']).optional(),
  /** In the order in which the attacker reached them. */
  tactics: z.array(TacticId).max(32),
  techniques: z.array(TechniqueId).max(128),
  detections: z
    .array(
      z.strictObject({
        rule: z.string().max(128),
        title: capped,
        severity: Severity,
        /** The highest that any of them had. */
        confidence: z.number().int().min(0).max(100).optional(),
        count: z.number().int(),
        first: epochMs,
        last: epochMs,
      }),
    )
    .max(INCIDENT_LIMITS.detections),
  timeline: z.array(TimelineEntry).max(INCIDENT_LIMITS.timeline),
  credentials: z
    .array(
      z.strictObject({
        user: capped,
        password: capped.optional(),
        key: capped.optional(),
        accepted: z.boolean(),
        count: z.number().int(),
        last: epochMs,
      }),
    )
    .max(INCIDENT_LIMITS.credentials),
  commands: z
    .array(
      z.strictObject({
        time: epochMs,
        input: z.string().max(4096),
        session: capped,
        techniques: z.array(TechniqueId).max(16),
      }),
    )
    .max(INCIDENT_LIMITS.commands),
  files: z
    .array(
      z.strictObject({
        time: epochMs,
        path: z.string().max(4096),
        sha256: z.string().max(64).optional(),
        bytes: z.number().int().optional(),
        url: z.string().max(4096).optional(),
        direction: z.enum(['upload', 'download', 'write']),
      }),
    )
    .max(INCIDENT_LIMITS.files),
  fingerprints: z.array(z.strictObject({ kind: z.string().max(32), value: capped })).max(INCIDENT_LIMITS.fingerprints),
  sessions: z.array(IncidentSession).max(INCIDENT_LIMITS.sessions),
  counts: z.strictObject({
    events: z.number().int(),
    logins: z.number().int(),
    failures: z.number().int(),
    commands: z.number().int(),
  }),
  /** How much detail the bounds have pushed out, by list. */
  omitted: z.record(z.string(), z.number().int()),
  /** Ids of actions taken: those that contain the attacker and came into force, newest first, then the others. */
  actions: z.array(z.string().max(64)).max(64),
  /** Those of them that hold the attacker now; an incident that an earlier release kept has none. */
  heldBy: z.array(z.string().max(64)).max(64).optional(),
  /** Grows with every change; also the ETag. */
  version: z.number().int(),
});
export type Incident = z.infer<typeof Incident>;

/** What a list shows of an incident. */
export const IncidentSummary = Incident.pick({
  id: true,
  actor: true,
  addresses: true,
  scanner: true,
  status: true,
  title: true,
  severity: true,
  score: true,
  firstSeen: true,
  lastSeen: true,
  tactics: true,
  techniques: true,
  counts: true,
  version: true,
});
export type IncidentSummary = z.infer<typeof IncidentSummary>;

/** The part of an incident that lists show. */
export function summaryOf(incident: Incident): IncidentSummary {
  const { id, actor, addresses, scanner, status, title, severity, score } = incident;
  const { firstSeen, lastSeen, tactics, techniques, counts, version } = incident;
  return {
    id,
    actor,
    addresses,
    ...(scanner === undefined ? {} : { scanner }),
    status,
    title,
    severity,
    score,
    firstSeen,
    lastSeen,
    tactics,
    techniques,
    counts,
    version,
  };
}
