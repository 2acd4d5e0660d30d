/** Reads a flow, and whether it was answered. */
import type { Event } from '@netsentinel/contracts/event';
import { hashOf } from './key-hash.ts';
import { isGroup, isInternal } from './network-place.ts';
import { beginOf } from './seen.ts';
import type { Contact } from './sighting.ts';

export function contactOf(event: Event, source: string, target: string): Contact | undefined {
  const transport = event.network?.transport;
  const outcome = outcomeOf(event, source);
  if (transport === undefined || outcome === undefined || isGroup(target) || source === target) return undefined;
  const port = event.destination?.port ?? 0;
  const sourcePort = event.source?.port ?? 0;
  if (transport === 'udp' && isAnswer(sourcePort, port)) return undefined;
  const direction = event.network?.direction;
  // Written out, as most events are of this kind: to spread `seenOf` would take longer than all the rest.
  return {
    kind: 'contact',
    event,
    eventId: event.event.id,
    timeMs: beginOf(event),
    actor: event.netsentinel.actor,
    actorHash: hashOf(event.netsentinel.actor),
    source,
    target,
    targetHash: hashOf(target),
    port,
    sourcePort,
    transport,
    outcome,
    fromInside: direction === 'outbound' || direction === 'internal' || isInternal(source),
    toInside: direction === 'inbound' || direction === 'internal' || isInternal(target),
    bytesOut: event.source?.bytes ?? 0,
    bytesIn: event.destination?.bytes ?? 0,
    durationMs: (event.event.duration ?? 0) / 1e6,
  };
}

/** Zeek's words for TCP (`conn_state`); the others are answered, or seen from the middle. */
const FAILED_STATES = new Set(['S0', 'REJ', 'RSTOS0', 'SH']);
const MIDDLE_STATES = new Set(['OTH', 'RSTRH', 'SHR']);
/** Echo, timestamp and mask requests; echo of IPv6. */
const ICMP_REQUESTS = new Set([8, 13, 15, 17, 128]);

/** Undefined where the event is no record of a flow: a row about a certificate within one tells of the same contact again. */
function outcomeOf(event: Event, source: string): Contact['outcome'] | undefined {
  const { zeek, suricata } = event;
  if (zeek !== undefined) return event.event.dataset === 'zeek.arp' ? ofArp(zeek) : ofZeek(event, zeek);
  if (suricata !== undefined) return ofSuricata(event, suricata);
  const { category, type, outcome, action } = event.event;
  if (category?.includes('network') !== true || type === undefined) return undefined;
  if (type.includes('denied') || outcome === 'failure') return 'failed';
  if (type.includes('allowed') || outcome === 'success') return 'answered';
  // What a firewall was told to write down of strangers, without saying what became of it.
  if (event.iptables !== undefined && action === undefined && !isInternal(source)) return 'failed';
  return type.includes('connection') ? 'unknown' : undefined;
}

function ofZeek(event: Event, zeek: Record<string, unknown>): Contact['outcome'] | undefined {
  const connection = zeek['connection'] as { state?: unknown; icmp?: { type?: unknown } } | undefined;
  const state = connection?.state;
  if (typeof state !== 'string') return undefined;
  const transport = event.network?.transport;
  if (transport === 'icmp') {
    if (!ICMP_REQUESTS.has(Number(connection?.icmp?.type))) return 'unknown';
    return (event.destination?.packets ?? 0) > 0 ? 'answered' : 'failed';
  }
  if (FAILED_STATES.has(state)) return 'failed';
  return MIDDLE_STATES.has(state) ? 'unknown' : 'answered';
}

function ofArp(zeek: Record<string, unknown>): Contact['outcome'] {
  return (zeek['arp'] as { operation?: unknown }).operation === 'reply' ? 'answered' : 'failed';
}

function ofSuricata(event: Event, suricata: Record<string, unknown>): Contact['outcome'] | undefined {
  const eve = suricata['eve'] as
    | { event_type?: unknown; tcp?: { tcp_flags_tc?: unknown; tcp_flags_ts?: unknown } }
    | undefined;
  if (eve?.event_type === 'drop') return 'failed';
  if (eve?.event_type !== 'flow') return undefined;
  if ((event.destination?.packets ?? 0) === 0) return 'failed';
  const back = eve.tcp?.tcp_flags_tc;
  const flags = typeof back === 'string' ? Number.parseInt(back, 16) : 0;
  // Reset and no SYN among all that came back: refused.
  return (flags & 0x04) !== 0 && (flags & 0x02) === 0 ? 'failed' : 'answered';
}

/** An answer whose question was not seen: from the port of a service to one of those that clients take. */
function isAnswer(sourcePort: number, port: number): boolean {
  if (port < 1024 || sourcePort === 0) return false;
  return sourcePort < 1024 || sourcePort === 1900 || sourcePort === 3702 || sourcePort === 5353;
}
