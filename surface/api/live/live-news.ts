/** Pure: what the live channel tells of events and findings. Texts of attackers are cut; whoever shows them escapes them. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { interactionOf } from '@netsentinel/contracts/interaction';
import type { LiveAnomaly, LiveEvent, LiveSession, MetricsPoint, PlatformStatus } from '@netsentinel/contracts/live';

const MAX_TEXT = 200;

export function liveEventOf(event: Event): LiveEvent {
  const { netsentinel, source, user } = event;
  return {
    id: event.event.id,
    at: Date.parse(event['@timestamp']),
    sensor: netsentinel.sensor.id,
    ...textOf('action', event.event.action),
    ...textOf('outcome', event.event.outcome),
    ...textOf('address', source?.ip),
    ...textOf('country', source?.geo?.country_iso_code),
    ...textOf('user', user?.name),
    ...textOf('decoy', netsentinel.decoy?.id),
  };
}

/** Undefined unless the event is the first or the last of a visit to a decoy. */
export function liveSessionOf(event: Event): LiveSession | undefined {
  const { decoy, session } = event.netsentinel;
  if (decoy === undefined || session === undefined) return undefined;
  const move = interactionOf(event);
  if (move !== 'connect' && move !== 'disconnect') return undefined;
  return {
    id: cutText(session.id),
    what: move === 'connect' ? 'begun' : 'ended',
    at: Date.parse(event['@timestamp']),
    decoy: cutText(decoy.id),
    type: cutText(decoy.type),
    ...textOf('address', event.source?.ip),
  };
}

export function liveAnomalyOf(detection: Detection): LiveAnomaly {
  const { id, rule, actor, time, severity, confidence, techniques, summary } = detection;
  return { id, rule, actor, time, severity, confidence, techniques, summary };
}

/** @param at epoch milliseconds */
export function metricsOf(status: PlatformStatus, at: number): MetricsPoint {
  const { eventsTotal, eventsPerSecond, openIncidents, blocksInForce, decoys, sources } = status;
  const decoyConnections = decoys.reduce((sum, { connections }) => sum + connections, 0);
  return {
    at,
    eventsTotal,
    eventsPerSecond,
    openIncidents,
    blocksInForce,
    decoyConnections,
    silentSources: sources.silent,
  };
}

function textOf<N extends string>(name: N, text: string | undefined): { readonly [K in N]?: string } {
  return text === undefined ? {} : ({ [name]: cutText(text) } as { [K in N]: string });
}

function cutText(text: string): string {
  return text.slice(0, MAX_TEXT);
}
