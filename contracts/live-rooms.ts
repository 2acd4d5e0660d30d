/** The rooms of the live channel. Apart from the schemas, which the console has no use for. */
import type { Permission } from './permission.ts';

/**
 * What a client may join, and the permission that it takes.
 *
 * - `incidents`, `actions`: kept rooms. Their messages are numbered, none is ever dropped, and who was away resumes by offset.
 * - `system`: the platform's status, the latest state each second; `metrics`: its figures as points of a time series.
 * - `sessions`: visits to decoys that begin and end; `anomalies`: what behaviours found; `events`: what sensors saw, sampled.
 */
export const ROOM_PERMISSIONS = {
  incidents: 'incidents:read',
  actions: 'response:read',
  system: 'system:read',
  metrics: 'system:read',
  sessions: 'events:read',
  anomalies: 'incidents:read',
  events: 'events:read',
} as const satisfies Readonly<Record<string, Permission>>;

export type LiveRoom = keyof typeof ROOM_PERMISSIONS;
export type KeptRoom = 'incidents' | 'actions';
/** Under load their messages are sampled, and who is slow misses some: the client is told how many (`missed`). */
export type PassingRoom = Exclude<LiveRoom, KeptRoom>;

export const LIVE_ROOMS = Object.keys(ROOM_PERMISSIONS) as readonly LiveRoom[];

/** The room that carries these messages. */
export const ROOM_OF = {
  incident: 'incidents',
  work: 'incidents',
  action: 'actions',
  status: 'system',
  metrics: 'metrics',
  session: 'sessions',
  anomaly: 'anomalies',
  event: 'events',
} as const satisfies Readonly<Record<string, LiveRoom>>;
