/** An incident whose attacker wrote markup, terminal codes, characters that turn text around, and half characters wherever one may write. */
import type { Incident } from '@netsentinel/contracts/incident';

export const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'--></style></title>{{7*7}}\${1}\u202eevil\u0007\u001b[2J\u0000\u2028\ud800 javascript:alert(1)`;

const TIME = Date.UTC(2026, 10, 21, 9, 30);

export function hostileIncident(severity: Incident['severity']): Incident {
  return {
    id: `inc-${severity}`,
    actor: `host:${HOSTILE}`.slice(0, 64),
    addresses: [HOSTILE.slice(0, 45), HOSTILE.slice(0, 40)],
    status: 'open',
    title: HOSTILE,
    severity,
    score: 90,
    firstSeen: TIME,
    lastSeen: TIME + 90_000,
    sourceVerified: true,
    inside: 'machine',
    tactics: ['TA0001', 'TA0006'],
    techniques: ['T1110', 'T1059.004', 'T1105'],
    detections: [{ rule: HOSTILE, title: HOSTILE, severity, confidence: 90, count: 3, first: TIME, last: TIME }],
    timeline: [{ time: TIME, kind: 'login', title: HOSTILE, detail: HOSTILE, session: HOSTILE }],
    credentials: [{ user: HOSTILE, password: HOSTILE, accepted: true, count: 2, last: TIME }],
    commands: [{ time: TIME, input: HOSTILE, session: HOSTILE, techniques: [] }],
    files: [{ time: TIME, path: HOSTILE, sha256: HOSTILE.slice(0, 64), url: HOSTILE, direction: 'download' }],
    fingerprints: [{ kind: 'hassh', value: HOSTILE }],
    sessions: [
      {
        id: HOSTILE,
        decoy: HOSTILE,
        protocol: HOSTILE.slice(0, 32),
        start: TIME,
        end: TIME,
        user: HOSTILE,
        client: HOSTILE,
      },
    ],
    counts: { events: 9, logins: 1, failures: 2, commands: 1 },
    omitted: { commands: 4 },
    actions: [],
    version: 3,
  };
}
