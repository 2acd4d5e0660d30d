/**
 * One account logs in from two places that nobody gets from one to the other in the time between. Places are known to a city at best and sometimes wrongly,
 * so near ones are one place; two places that an account has used for days are how somebody works (an office and its VPN), and are left alone.
 */
import { interactionOf } from '@netsentinel/contracts/interaction';
import type { Place, PlaceOf } from '@netsentinel/contracts/place';
import { quote } from '../command-detector.ts';
import { distanceKm } from '../great-circle.ts';
import type { Evidence } from '../rule-finding.ts';
import { accountOf } from './account-name.ts';
import { rememberingWatch, type Facts, type SubjectDefinition, type SubjectFinding } from './subject.types.ts';

const HOUR_MS = 3_600_000;
/** Faster than any airliner, door to door. */
const MAX_KMH = 900;
/** Nearer than this are one place: tables are wrong by as much. */
const NEAR_KM = 400;
/** After this long everybody may be anywhere. */
const WINDOW_MS = 24 * HOUR_MS;
/** A place used over so long is one of the account's own. */
const SETTLED_MS = 24 * HOUR_MS;
const MAX_STAYS = 8;
/** An account that is at home in so many places is used by many. */
const SHARED_PLACES = 5;
const MAX_ACCOUNTS = 50_000;

interface Stay {
  readonly place: Place;
  readonly firstMs: number;
  lastMs: number;
  address: string;
  seen: Evidence;
}

export const impossibleTravel: SubjectDefinition = {
  id: 'impossible-travel',
  title: 'Impossible travel',
  severity: 'high',
  confidence: 70,
  techniques: ['T1078'],
  tactics: ['TA0001'],
  falsePositives:
    'A VPN or a mobile network whose addresses the table places elsewhere, or an account that several people share.',
  memoryMs: 2 * WINDOW_MS,
  look(event) {
    const address = event.source?.ip;
    if (event.event.outcome !== 'success' || address === undefined) return undefined;
    if (event.netsentinel.decoy !== undefined || interactionOf(event) !== 'login') return undefined;
    const subject = accountOf(event);
    return subject === undefined ? undefined : { subject, facts: { address, user: event.user?.name } };
  },
  create: ({ placeOf }) =>
    placeOf === undefined
      ? undefined
      : rememberingWatch<Stay[]>(MAX_ACCOUNTS, (facts, seen, memory) => step(facts, seen, memory ?? [], placeOf)),
};

function step(
  facts: Facts,
  seen: Evidence,
  stays: Stay[],
  placeOf: PlaceOf,
): { readonly memory: Stay[]; readonly finding?: SubjectFinding | undefined } {
  const address = String(facts['address']);
  const place = placeOf(address);
  if (place === undefined) return { memory: stays };
  const here = stays.find((stay) => apartKm(stay.place, place) < NEAR_KM);
  const finding = findingOf(String(facts['user'] ?? ''), place, address, seen, stays, here);
  if (here === undefined) stays.push({ place, firstMs: seen.timeMs, lastMs: seen.timeMs, address, seen });
  else if (seen.timeMs >= here.lastMs) Object.assign(here, { lastMs: seen.timeMs, address, seen });
  // The one that was left the longest ago is forgotten first.
  if (stays.length > MAX_STAYS) stays.sort((a, b) => b.lastMs - a.lastMs).pop();
  return { memory: stays, finding };
}

function findingOf(
  user: string,
  place: Place,
  address: string,
  seen: Evidence,
  stays: readonly Stay[],
  here: Stay | undefined,
): SubjectFinding | undefined {
  if (stays.length >= SHARED_PLACES) return undefined;
  const isSettled = (stay: Stay): boolean => seen.timeMs - stay.firstMs >= SETTLED_MS;
  let fastest: { readonly from: Stay; readonly km: number; readonly kmh: number } | undefined;
  for (const from of stays) {
    if (from === here || Math.abs(seen.timeMs - from.lastMs) > WINDOW_MS) continue;
    if (here !== undefined && isSettled(here) && isSettled(from)) continue;
    // Told when the account came here first, and again only after it has been elsewhere for long.
    if (here !== undefined && Math.abs(here.lastMs - from.lastMs) < WINDOW_MS) continue;
    const km = apartKm(from.place, place);
    const kmh = km / Math.max(Math.abs(seen.timeMs - from.lastMs) / HOUR_MS, 1 / 60);
    if (km >= NEAR_KM && kmh > MAX_KMH && kmh > (fastest?.kmh ?? 0)) fastest = { from, km, kmh };
  }
  if (fastest === undefined) return undefined;
  const { from, km } = fastest;
  const minutes = Math.round(Math.abs(seen.timeMs - from.lastMs) / 60_000);
  return {
    summary: `${quote(user)} logged in from ${nameOf(from.place)} (${from.address}) and from ${nameOf(place)} (${address}), ${Math.round(km)} km apart, within ${minutes} minutes`,
    evidence: [from.seen],
  };
}

/** The least that they can be apart, as each may be anywhere within its radius. */
function apartKm(a: Place, b: Place): number {
  return Math.max(0, distanceKm(a, b) - a.radiusKm - b.radiusKm);
}

function nameOf({ country, latitude, longitude }: Place): string {
  const at = `${latitude.toFixed(1)}, ${longitude.toFixed(1)}`;
  return country === undefined ? at : `${quote(country)} at ${at}`;
}
