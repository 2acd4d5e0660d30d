/** Pure: an incident as its page tells it. */
import type { Incident, IncidentSession, TimelineEntry } from '@netsentinel/contracts/incident';
import type { AttackNames } from './api.ts';

export interface TacticStep {
  readonly id: string;
  readonly name: string;
  /** The how-manieth tactic that the attacker reached, from 1; undefined where they did not. */
  readonly reached: number | undefined;
  /** The first entry of the timeline that shows it. */
  readonly entry: number | undefined;
}

/** All tactics in the order of ATT&CK; those that the attacker reached and ATT&CK of ours does not know come last. */
export function tacticSteps(incident: Incident, names: AttackNames | undefined): readonly TacticStep[] {
  const matrix = names?.matrix ?? [];
  const known = matrix.map(({ tactic }) => tactic);
  const others = incident.tactics.filter((id) => !known.includes(id));
  return [...known, ...others].map((id) => {
    const at = incident.tactics.indexOf(id);
    const techniques = new Set(matrix.find(({ tactic }) => tactic === id)?.techniques);
    const entry = incident.timeline.findIndex((one) => one.techniques?.some((t) => techniques.has(t)) === true);
    return {
      id,
      name: names !== undefined && Object.hasOwn(names.tactics, id) ? names.tactics[id]! : id,
      reached: at === -1 ? undefined : at + 1,
      entry: at === -1 || entry === -1 ? undefined : entry,
    };
  });
}

const RECORDING_ID = /^[A-Za-z0-9~_-]{1,128}$/;

export type RecordedSession = IncidentSession & { readonly recording: string };

/** Sessions with a terminal, the latest first. */
export function recordedSessions(incident: Incident): readonly RecordedSession[] {
  return incident.sessions
    .filter((one): one is RecordedSession => RECORDING_ID.test(one.recording ?? ''))
    .toSorted((a, b) => b.start - a.start);
}

/** The session whose replay shows an entry of the timeline, as far as the incident knows. */
export function sessionOf(entry: TimelineEntry, sessions: readonly RecordedSession[]): RecordedSession | undefined {
  if (entry.session === undefined) return undefined;
  const session = sessions.find(({ id }) => id === entry.session);
  const isWithin =
    session?.end !== undefined && entry.time >= session.start && entry.time <= session.end && entry.kind !== 'connect';
  return isWithin ? session : undefined;
}

/** The latest entry of this session that had happened by then; epoch ms. */
export function entryAt(timeline: readonly TimelineEntry[], session: string, at: number): number | undefined {
  const index = timeline.findLastIndex((one) => one.session === session && one.time <= at);
  return index === -1 ? undefined : index;
}

/** What the neighbourhood of an address begins with, as its addresses are written: of IPv4 the /24, of IPv6 the /48. */
export function neighbourhoodOf(address: string): string | undefined {
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{1,3}$/.exec(address)?.[1];
  if (four !== undefined) return four;
  const groups = address.split('/')[0]!.split(':');
  const isSix = groups.length >= 4 && groups.slice(0, 3).every((group) => /^[\da-f]{1,4}$/i.test(group));
  return isSix ? `${groups.slice(0, 3).join(':')}:` : undefined;
}

/** Which field of events has what a fingerprint of this kind says; undefined where it names nothing that tools differ by. */
export function toolField(kind: string): string | undefined {
  if (kind === 'hassh') return 'netsentinel.ssh.hassh';
  if (kind === 'ja3') return 'tls.client.ja3';
  if (kind === 'ja4') return 'netsentinel.tls.ja4';
  if (kind === 'ssh-key') return 'netsentinel.credential.public_key.fingerprint';
  if (kind.endsWith('-fingerprint')) return 'netsentinel.client.fingerprint';
  return kind.endsWith('-client') && kind !== 'ssh-client' ? 'netsentinel.client.software' : undefined;
}
