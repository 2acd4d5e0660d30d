/** Reads what others say of a client: a service that would not serve it, a guard that calls it an attack. */
import type { Event } from '@netsentinel/contracts/event';
import { alarmDegreeOf } from './alarm-degree.ts';
import { seenOf } from './seen.ts';
import type { Alarm, Refusal } from './sighting.ts';

/** What the readers of services' messages call refusals (`refusedConnection`, `refusedMail`). */
const REFUSALS = new Set([
  'connection-refused',
  'dns-denied',
  'helo-rejected',
  'mail-rejected',
  'port-scan',
  'protocol-broken',
  'rate-limited',
  'smtp-abuse',
  'spam',
  'ssh_disconnect',
  'tarpit-connection',
  'voip-refused',
  'vpn-refused',
  'wrong-protocol',
]);

export function refusalOf(event: Event, source: string): Refusal | undefined {
  const { action, outcome } = event.event;
  if (outcome !== 'failure' || action === undefined || !REFUSALS.has(action)) return undefined;
  // Whoever only looks whether the port is open (a monitor, a load balancer) leaves without a name and without breaking anything.
  if (action === 'ssh_disconnect' && event.user?.name === undefined && event.event.reason === undefined)
    return undefined;
  return { kind: 'refusal', ...seenOf(event, source), what: action };
}

export function alarmOf(event: Event, source: string): Alarm | undefined {
  const { kind, category } = event.event;
  if (kind !== 'alert' || category?.includes('intrusion_detection') !== true) return undefined;
  const name = event.rule?.name ?? event.message ?? '';
  return { kind: 'alarm', ...seenOf(event, source), name, degree: alarmDegreeOf(event, name) };
}
