/** What routes and silences ask of an incident. Pure. */
import { hostOf } from '@netsentinel/contracts/actor';
import type { Silence } from '@netsentinel/contracts/alert-book';
import type { Incident } from '@netsentinel/contracts/incident';
import { networkContains, parseAddress, parseNetwork } from '@netsentinel/kernel/address';
import { SEVERITY_WEIGHT } from '../score.ts';
import { isWithin } from './hours.ts';
import type { IncidentKind, Route, Team } from './routing.config.ts';

const GUESSING: ReadonlySet<string> = new Set(['login-brute-force', 'password-spraying']);
const SCANNING: ReadonlySet<string> = new Set(['port-scan', 'decoy-scan']);

export function kindOf({ scanner, inside, counts, detections, sessions }: Incident): IncidentKind {
  if (inside !== undefined || counts.logins > 0) return 'break-in';
  if (scanner !== undefined) return 'known-scanner';
  if (counts.commands > 0) return 'attack';
  if (detections.some(({ rule }) => GUESSING.has(rule)) || counts.failures > 1) return 'guessing';
  if (detections.some(({ rule }) => SCANNING.has(rule)) && sessions.length <= 1) return 'scan';
  const strongest = Math.max(0, ...detections.map(({ severity }) => SEVERITY_WEIGHT[severity]));
  return strongest >= SEVERITY_WEIGHT.medium ? 'attack' : 'probe';
}

/** Decoys and machines that the attacker touched. */
export function assetsOf({ sessions, actor }: Incident): string[] {
  const host = hostOf(actor);
  return [...new Set([...(host === undefined ? [] : [host]), ...sessions.map(({ decoy }) => decoy)])].filter(Boolean);
}

export function teamsOf(assets: readonly string[], teams: readonly Team[]): readonly Team[] {
  return teams.filter((team) => matchesAny(assets, team.assets));
}

export function routeFits(route: Route, incident: Incident, teams: readonly Team[], now: number): boolean {
  if (SEVERITY_WEIGHT[incident.severity] < SEVERITY_WEIGHT[route.minSeverity]) return false;
  if (route.kinds !== undefined && !route.kinds.includes(kindOf(incident))) return false;
  const assets = assetsOf(incident);
  if (route.assets !== undefined && !matchesAny(assets, route.assets)) return false;
  if (route.networks !== undefined && !route.networks.some((network) => comesFrom(incident, network))) return false;
  const rules = incident.detections.map(({ rule }) => rule);
  if (route.rules !== undefined && !matchesAny(rules, route.rules)) return false;
  const owners = route.teams === undefined ? [] : teamsOf(assets, teams);
  if (route.teams !== undefined && !owners.some(({ id }) => route.teams!.includes(id))) return false;
  return route.hours === undefined || isWithin(route.hours, now);
}

/** A silence fits where all that it names does: of several rules or decoys, one is not all that there is to tell of. */
export function isSilenced(incident: Incident, silences: readonly Silence[], now: number): boolean {
  return silences.some(({ address, rule, decoy, until, ended }) => {
    if (ended !== undefined || until <= now) return false;
    if (address !== undefined && !comesFrom(incident, address)) return false;
    if (
      rule !== undefined &&
      !onlyOf(
        incident.detections.map((one) => one.rule),
        rule,
      )
    )
      return false;
    return (
      decoy === undefined ||
      onlyOf(
        incident.sessions.map((one) => one.decoy),
        decoy,
      )
    );
  });
}

function onlyOf(found: readonly string[], wanted: string): boolean {
  return found.length > 0 && found.every((one) => one === wanted);
}

function comesFrom({ addresses }: Incident, text: string): boolean {
  const network = parseNetwork(text);
  return (
    network !== undefined &&
    addresses.some((one) => {
      const address = parseAddress(one);
      return address !== undefined && networkContains(network, address);
    })
  );
}

function matchesAny(names: readonly string[], patterns: readonly string[]): boolean {
  return patterns.some((pattern) => names.some((name) => matches(name, pattern)));
}

/** `*` stands for any characters. Without backtracking: names may be an attacker's. */
function matches(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  if (parts.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = parts.pop()!;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}
