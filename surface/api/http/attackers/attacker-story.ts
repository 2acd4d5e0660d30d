/** Pure: what the incidents of one attacker tell together. */
import { z } from 'zod';
import { Action } from '@netsentinel/contracts/action';
import { Incident, IncidentSession, IncidentSummary, summaryOf } from '@netsentinel/contracts/incident';

const MAX_ADDRESSES = 64;
const MAX_SESSIONS = 200;
const MAX_LOGINS = 200;
const MAX_PASSWORDS = 32;
const MAX_FINGERPRINTS = 64;
const count = z.number().int().min(0);
const epochMs = z.number().int();

export const AttackerStory = z.strictObject({
  actor: Incident.shape.actor.describe('An IPv4 address, or an IPv6 /64'),
  addresses: z.array(z.string()).describe('The latest first'),
  scanner: Incident.shape.scanner,
  firstSeen: epochMs,
  lastSeen: epochMs,
  score: Incident.shape.score.describe('The highest of its incidents'),
  incidents: z.array(IncidentSummary).describe('The newest first'),
  isWhole: z.boolean().describe('False where there are older incidents, of which nothing here tells'),
  counts: z.strictObject({ events: count, logins: count, failures: count, commands: count }),
  services: z.array(z.strictObject({ protocol: z.string(), sessions: count })).describe('Most sessions first'),
  sessions: z.array(IncidentSession).describe('The newest first'),
  logins: z
    .array(
      z.strictObject({
        user: z.string(),
        tries: count,
        accepted: z.boolean(),
        last: epochMs,
        passwords: z.array(z.string()).optional().describe('For who may see recordings'),
      }),
    )
    .describe('By user name, most tried first'),
  tactics: Incident.shape.tactics,
  techniques: z.array(Incident.shape.techniques.element),
  fingerprints: z.array(Incident.shape.fingerprints.element),
  origins: z
    .strictObject({
      countries: z.array(z.strictObject({ code: z.string(), events: count })),
      networks: z.array(z.strictObject({ as: z.number().int(), events: count })),
    })
    .optional()
    .describe('As its events of the last 30 days say; not there where it took too long to find out'),
  measures: z.array(Action).describe('In force now'),
});
export type AttackerStory = z.infer<typeof AttackerStory>;

/** `incidents`: the newest first, one at least. What only the event store and the enforcer know is added by the caller. */
export function storyOf(
  incidents: readonly [Incident, ...Incident[]],
  withPasswords: boolean,
): Omit<AttackerStory, 'origins' | 'measures' | 'isWhole'> {
  const [newest] = incidents;
  const sessions = incidents.flatMap((one) => one.sessions).toSorted((a, b) => b.start - a.start);
  const scanner = incidents.find((one) => one.scanner !== undefined)?.scanner;
  const sum = (of: keyof Incident['counts']): number => incidents.reduce((all, one) => all + one.counts[of], 0);
  return {
    actor: newest.actor,
    addresses: distinct(incidents.flatMap((one) => one.addresses)).slice(0, MAX_ADDRESSES),
    ...(scanner === undefined ? {} : { scanner }),
    firstSeen: Math.min(...incidents.map((one) => one.firstSeen)),
    lastSeen: Math.max(...incidents.map((one) => one.lastSeen)),
    score: Math.max(...incidents.map((one) => one.score)),
    incidents: incidents.map(summaryOf),
    counts: { events: sum('events'), logins: sum('logins'), failures: sum('failures'), commands: sum('commands') },
    services: servicesOf(sessions),
    sessions: sessions.slice(0, MAX_SESSIONS),
    logins: loginsOf(incidents, withPasswords),
    // In the order of the newest incident that reached them.
    tactics: distinct(incidents.flatMap((one) => one.tactics)).slice(0, 32),
    techniques: distinct(incidents.flatMap((one) => one.techniques)),
    fingerprints: fingerprintsOf(incidents),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function servicesOf(sessions: readonly IncidentSession[]): AttackerStory['services'] {
  const counts = new Map<string, number>();
  for (const { protocol } of sessions) if (protocol !== '') counts.set(protocol, (counts.get(protocol) ?? 0) + 1);
  return [...counts]
    .map(([protocol, n]) => ({ protocol, sessions: n }))
    .toSorted((a, b) => b.sessions - a.sessions || (a.protocol < b.protocol ? -1 : 1));
}

function loginsOf(incidents: readonly Incident[], withPasswords: boolean): AttackerStory['logins'] {
  const users = new Map<string, { tries: number; accepted: boolean; last: number; passwords: Set<string> }>();
  for (const { user, password, accepted, count: tries, last } of incidents.flatMap((one) => one.credentials)) {
    const known = users.get(user) ?? { tries: 0, accepted: false, last: 0, passwords: new Set() };
    known.tries += tries;
    known.accepted ||= accepted;
    known.last = Math.max(known.last, last);
    if (password !== undefined && known.passwords.size < MAX_PASSWORDS) known.passwords.add(password);
    users.set(user, known);
  }
  return [...users]
    .toSorted(([, a], [, b]) => b.tries - a.tries)
    .slice(0, MAX_LOGINS)
    .map(([user, { passwords, ...rest }]) => ({
      user,
      ...rest,
      ...(withPasswords ? { passwords: [...passwords] } : {}),
    }));
}

function fingerprintsOf(incidents: readonly Incident[]): AttackerStory['fingerprints'] {
  const known = new Map<string, AttackerStory['fingerprints'][number]>();
  for (const one of incidents.flatMap(({ fingerprints }) => fingerprints)) known.set(`${one.kind} ${one.value}`, one);
  return [...known.values()].slice(0, MAX_FINGERPRINTS);
}
