/** What happened at one decoy within a time, counted out of the stored events. */
import { z } from 'zod';
import type { EventReads } from '../reads/bounded-read.ts';
import { movesOf, seenByDecoys } from './decoy-events.ts';

const NS_PER_MS = 1_000_000;
const MAX_ACTIONS = 100;
const MAX_OUTCOMES = 3;
const MAX_ACCOUNTS = 10;
const MAX_TECHNIQUES = 50;
const count = z.number().int().min(0);
const time = z.number().int();

export const DecoyStatistics = z.strictObject({
  from: time.describe('Milliseconds since 1970, as `to` and `lastTouched`'),
  to: time,
  sessions: count.describe('Connections that began'),
  attackers: count.describe('Whose they were; an IPv6 /64 is one'),
  logins: z.strictObject({ tried: count, accepted: count }),
  commands: count.describe('Lines of a shell, and statements in other languages'),
  accounts: z
    .array(z.strictObject({ name: z.string(), tries: count }))
    .describe(`Names that were most tried, at most ${MAX_ACCOUNTS}; of long ones the first 512 characters`),
  techniques: z
    .array(z.strictObject({ id: z.string(), events: count }))
    .describe('ATT&CK techniques that the decoy saw by itself; what rules and detectors found stands in incidents'),
  lastTouched: time.optional().describe('Not there where nobody was'),
  engagement: z
    .strictObject({
      sessions: count.describe('Those that ended'),
      totalMs: count,
      meanMs: count.optional().describe('Not there where none ended'),
    })
    .describe('How long attackers were held'),
});
export type DecoyStatistics = z.infer<typeof DecoyStatistics>;

/** `from` inclusive, `to` exclusive, epoch milliseconds. */
export async function decoyStatistics(
  reads: EventReads,
  decoy: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<DecoyStatistics> {
  const where = (action?: Parameters<typeof seenByDecoys>[0]) => ({ from, to, filters: seenByDecoys(action, decoy) });
  const counted = await reads.aggregate({
    where: where(),
    by: [
      { field: 'event.action', top: MAX_ACTIONS },
      { field: 'event.outcome', top: MAX_OUTCOMES },
    ],
  });
  const { sessions, logins, accepted, commands } = movesOf(
    counted.map(({ keys: [action, outcome], count: n }) => ({ action, outcome, count: n })),
  );
  const who = await reads.aggregate({
    where: where('connect'),
    by: [{ field: 'netsentinel.decoy.id', top: 1 }],
    measure: { op: 'distinct', field: 'netsentinel.actor' },
  });
  const accounts = await reads.aggregate({ where: where('login'), by: [{ field: 'user.name', top: MAX_ACCOUNTS }] });
  const seen = where();
  const techniques = await reads.aggregate({
    where: { ...seen, filters: [...seen.filters, { field: 'threat.technique.id', op: 'exists' }] },
    by: [{ field: 'threat.technique.id', top: MAX_TECHNIQUES }],
  });
  const held = await reads.aggregate({
    where: where('disconnect'),
    by: [{ field: 'netsentinel.decoy.id', top: 1 }],
    measure: { op: 'sum', field: 'event.duration' },
  });
  const latest = await reads.query({ ...where(), limit: 1 });
  const last = latest.events[0];
  const totalMs = Math.round((held[0]?.measure ?? 0) / NS_PER_MS);
  const ended = held[0]?.count ?? 0;
  return {
    from,
    to,
    sessions,
    attackers: who[0]?.measure ?? 0,
    logins: { tried: logins, accepted },
    commands,
    accounts: accounts.flatMap(({ keys: [name], count: tries }) => (typeof name === 'string' ? [{ name, tries }] : [])),
    techniques: techniques.flatMap(({ keys: [id], count: events }) => (typeof id === 'string' ? [{ id, events }] : [])),
    ...(last === undefined ? {} : { lastTouched: Date.parse(last['@timestamp']) }),
    engagement: { sessions: ended, totalMs, ...(ended === 0 ? {} : { meanMs: Math.round(totalMs / ended) }) },
  };
}
