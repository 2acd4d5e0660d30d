/**
 * Reads what a background event tells: flows here and in `read-contact.ts`, what went through them in `read-request.ts`, what
 * others say of it in `read-refusal.ts`.
 */
import type { Event } from '@netsentinel/contracts/event';
import { contactOf } from './read-contact.ts';
import { alarmOf, refusalOf } from './read-refusal.ts';
import { greetingOf, loginOf, tunnelRequestOf, visitOf } from './read-request.ts';
import { seenOf } from './seen.ts';
import type { Lease, Lookup, ProbeSighting, Sighting } from './sighting.ts';

/** Undefined for an event that tells nothing of the kind: a few property reads. */
export function sightingOf(event: Event): Sighting | undefined {
  const source = event.source?.ip;
  if (source === undefined || event.netsentinel.decoy !== undefined) return undefined;
  if (event.event.kind !== 'event') return alarmOf(event, source);
  if (event.netsentinel.probe !== undefined) return probeOf(event, source);
  const refusal = refusalOf(event, source);
  if (refusal !== undefined) return refusal;
  const { dns } = event;
  if (dns !== undefined) return lookupOf(event, source);
  if (event.http !== undefined) return tunnelRequestOf(event, source) ?? visitOf(event, source);
  const login = loginOf(event, source);
  if (login !== undefined) return login;
  if (event.tls !== undefined) return greetingOf(event, source);
  const target = event.destination?.ip;
  if (target === undefined) return undefined;
  return contactOf(event, source, target) ?? leaseOf(event, source);
}

function lookupOf(event: Event, source: string): Lookup | undefined {
  const { question, response_code: code, type: kind } = event.dns!;
  const name = question?.name;
  const domain = question?.registered_domain;
  if (name === undefined || domain === undefined) return undefined;
  return {
    kind: 'lookup',
    ...seenOf(event, source),
    name,
    domain,
    below: question?.subdomain ?? '',
    type: question?.type ?? '',
    code: kind === 'query' ? undefined : code,
    texts: question?.type === 'TXT' ? textsOf(event) : NONE,
    addresses: event.dns?.resolved_ip ?? NONE,
  };
}

function probeOf(event: Event, source: string): ProbeSighting | undefined {
  const target = event.destination?.ip;
  const { kind, touched } = event.netsentinel.probe!;
  return target === undefined ? undefined : { kind: 'probe', ...seenOf(event, source), target, probe: kind, touched };
}

const NONE: readonly string[] = [];

function textsOf({ dns }: Event): readonly string[] {
  return dns?.answers?.flatMap(({ data }) => (data === undefined ? [] : data.replace(/^TXT \d+ /, ''))) ?? NONE;
}

function leaseOf(event: Event, source: string): Lease | undefined {
  const dhcp = event.zeek?.['dhcp'] as { address?: { requested?: unknown; assigned?: unknown } } | undefined;
  const wanted = dhcp?.address?.requested ?? dhcp?.address?.assigned;
  return typeof wanted === 'string'
    ? {
        kind: 'lease',
        ...seenOf(event, source),
        wanted,
      }
    : undefined;
}
