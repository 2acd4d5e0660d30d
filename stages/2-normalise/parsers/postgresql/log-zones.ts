/** Zones as PostgreSQL abbreviates them in its log. The abbreviation is of summer or of winter; the zone knows which it is. */
import { zoneOf, type Zone } from '../../text/zone.ts';

const NAMES: Readonly<Record<string, string>> = {
  CET: 'Europe/Berlin',
  CEST: 'Europe/Berlin',
  EET: 'Europe/Helsinki',
  EEST: 'Europe/Helsinki',
  WET: 'Europe/Lisbon',
  WEST: 'Europe/Lisbon',
  BST: 'Europe/London',
  MSK: 'Europe/Moscow',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
  NZST: 'Pacific/Auckland',
  NZDT: 'Pacific/Auckland',
};

const MAX_KNOWN = 256;
const known = new Map<string, Zone | undefined>();

/** Undefined for an abbreviation that we do not know. */
export function logZone(name: string): Zone | undefined {
  if (known.has(name)) return known.get(name);
  const zone = zoneOf(NAMES[name] ?? name);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, zone);
  return zone;
}
