/** Whom a finding is about where the event names no address: the machine that wrote it down. */
import { hostActor, NOBODY } from '@netsentinel/contracts/actor';
import type { Event } from '@netsentinel/contracts/event';

export function withActor(event: Event): Event {
  if (event.netsentinel.actor !== NOBODY) return event;
  const name = event.host?.name ?? auditNode(event) ?? event.netsentinel.sensor.id;
  return { ...event, netsentinel: { ...event.netsentinel, actor: hostActor(name) } };
}

/** The audit daemon calls its machine so, and Elastic's integration leaves it there. */
function auditNode({ auditd }: Event): string | undefined {
  const log = auditd?.['log'];
  const node = typeof log === 'object' && log !== null && 'node' in log ? log.node : undefined;
  return typeof node === 'string' && node !== '' ? node : undefined;
}
