/** What all sightings have in common. */
import type { Event } from '@netsentinel/contracts/event';
import { isoMs } from '@netsentinel/kernel/iso-time';
import { hashOf } from './key-hash.ts';
import type { Seen } from './sighting.ts';

export function beginOf(event: Event): number {
  return isoMs(event.event.start ?? event['@timestamp']);
}

export function seenOf(event: Event, source: string): Seen {
  const { actor } = event.netsentinel;
  return { event, eventId: event.event.id, timeMs: beginOf(event), actor, actorHash: hashOf(actor), source };
}
