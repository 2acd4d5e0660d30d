/** Events for tests: valid ones, and texts that attackers would send. */
import type { Event } from '@netsentinel/contracts/event';
import type { EventQuery, EventStore } from '@netsentinel/contracts/event-store';
import { expect } from 'vitest';

export const START = Date.UTC(2026, 10, 1);

export const HOSTILE_TEXTS = [
  `'; DROP TABLE events; --`,
  `"double" and 'single' and \\back\\slash and \`tick\``,
  'nul \0 inside',
  '\u{1f600} emoji \u{10ffff} and \u202e override',
  '$."event"."id" [*] $1 ? :x %s %n',
  '\u001b[2Jescape\r\nLOG INJECTION',
  '{"json": ["inside"]}',
  '../../etc/passwd',
  '',
  ' ',
  '%',
  '_',
  'İstanbul STRASSE ß ﬃ',
  'x'.repeat(16_000),
];

/** A valid event; `changes` replace whole top-level parts. */
export function eventFixture(
  n: number,
  changes: Partial<Omit<Event, 'event' | 'netsentinel'>> & {
    readonly event?: Partial<Event['event']>;
    readonly netsentinel?: Partial<Event['netsentinel']>;
  } = {},
): Event {
  const time = new Date(START + n * 1000).toISOString();
  const { event, netsentinel, ...rest } = changes;
  return {
    '@timestamp': time,
    message: `event number ${n}`,
    source: { ip: `203.0.113.${n % 256}`, port: 1024 + (n % 100) },
    ...rest,
    event: {
      id: `sensor~e~${n.toString(36)}`,
      ingested: time,
      kind: 'event',
      dataset: 'netsentinel.ssh',
      action: n % 3 === 0 ? 'login' : 'command',
      category: ['process', 'host'],
      ...event,
    },
    netsentinel: {
      sensor: { id: 's1', type: 'decoy' },
      source_verified: n % 2 === 0,
      actor: `203.0.113.${n % 256}`,
      ...netsentinel,
    },
  };
}

/** Every page of a query, one after another. */
export async function allPages(store: EventStore, query: EventQuery): Promise<Event[]> {
  const events: Event[] = [];
  let after: string | undefined;
  do {
    const page = await store.query(after === undefined ? query : { ...query, after });
    expect(page.events.length).toBeLessThanOrEqual(query.limit ?? 100);
    events.push(...page.events);
    after = page.next;
  } while (after !== undefined);
  return events;
}
