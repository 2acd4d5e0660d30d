import { Action, type ActionStatus, type Measure } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, planActions } from './engine.ts';
import { RespondConfig } from './respond.config.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const HOUR = 3_600_000;
const policy = compilePolicy(RespondConfig.parse({}));

function incidentOf(more: Partial<Incident> = {}): Incident {
  return {
    id: 'inc-1',
    actor: '198.51.100.7',
    addresses: ['198.51.100.7'],
    status: 'open',
    title: 'SSH break-in from 198.51.100.7',
    severity: 'high',
    score: 70,
    firstSeen: NOW - 1000,
    lastSeen: NOW,
    sourceVerified: true,
    tactics: [],
    techniques: [],
    detections: [],
    timeline: [],
    credentials: [],
    commands: [],
    files: [],
    fingerprints: [],
    sessions: [],
    counts: { events: 1, logins: 0, failures: 0, commands: 0 },
    omitted: {},
    actions: [],
    version: 1,
    ...more,
  };
}

const row = (
  rule: string,
  last = NOW,
  severity: Incident['detections'][number]['severity'] = 'high',
): Incident['detections'][number] => ({ rule, title: 'Login to a decoy', severity, count: 1, first: NOW, last });
/** The incident after something bad was seen at that time. */
const seenAt = (last: number): Incident => incidentOf({ lastSeen: last, detections: [row('file-upload', last)] });

function actionOf(status: ActionStatus, more: Partial<Action> = {}): Action {
  const [planned] = planActions(incidentOf(), [], NOW, policy);
  return { ...planned!, status, ...more };
}

describe('planning', () => {
  it('blocks the address of a bad incident for an hour', () => {
    const [action, ...others] = planActions(incidentOf(), [], NOW, policy);
    expect(others).toEqual([]);
    expect(Action.safeParse(action).error).toBeUndefined();
    expect(action).toMatchObject({
      target: '198.51.100.7',
      status: 'planned',
      expiresAt: NOW + HOUR,
      reason: 'score 70: SSH break-in from 198.51.100.7',
    });
    expect(planActions(incidentOf(), [], NOW, policy)).toEqual([action]);
  });

  it('blocks at once on a named detection, whatever the score', () => {
    const [action] = planActions(incidentOf({ score: 10, detections: [row('decoy-login-success')] }), [], NOW, policy);
    expect(action?.reason).toBe('Login to a decoy: SSH break-in from 198.51.100.7');
    expect(planActions(incidentOf({ score: 10, detections: [row('uname')] }), [], NOW, policy)).toEqual([]);
  });

  it('blocks the /64 of an IPv6 attacker', () => {
    expect(planActions(incidentOf({ actor: '2001:db8:1:2::/64' }), [], NOW, policy)[0]?.target).toBe(
      '2001:db8:1:2::/64',
    );
  });

  it.each([
    ['a low score', { score: 59 }],
    ['an unproven source', { sourceVerified: false }],
    ['a closed incident', { status: 'closed' }],
    ['one that a person called benign', { status: 'benign' }],
    ['nobody', { actor: '-' }],
    ['what is no address', { actor: 'x' }],
    ['a whole network', { actor: '198.51.100.0/24' }],
    ['a wide IPv6 network', { actor: '2001:db8::/32' }],
    ['this host', { actor: '127.0.0.1' }],
    ['this host by IPv6', { actor: '::/64' }],
    ['multicast', { actor: '224.0.0.5' }],
    ['broadcast', { actor: '255.255.255.255' }],
    ['link-local', { actor: 'fe80::/64' }],
    ['an attack of long ago', { lastSeen: NOW - 2 * HOUR }],
  ] satisfies [string, Partial<Incident>][])('leaves alone: %s', (_what, more) => {
    expect(planActions(incidentOf(more), [], NOW, policy)).toEqual([]);
  });

  it('leaves alone what the configuration says', () => {
    const ignoring = compilePolicy(RespondConfig.parse({ ignoreNetworks: ['198.51.100.0/24', '2001:db8:1:2:3::/80'] }));
    expect(planActions(incidentOf(), [], NOW, ignoring)).toEqual([]);
    // A block of the /64 would hit the ignored part of it.
    expect(planActions(incidentOf({ actor: '2001:db8:1:2::/64' }), [], NOW, ignoring)).toEqual([]);
    expect(planActions(incidentOf({ actor: '192.0.2.1' }), [], NOW, ignoring)).toHaveLength(1);
    const scanning = compilePolicy(RespondConfig.parse({}), ['198.51.100.0/24']);
    expect(planActions(incidentOf({ score: 100 }), [], NOW, scanning)).toEqual([]);
    const never = compilePolicy(RespondConfig.parse({ blockFrom: 101, blockOn: [] }));
    expect(planActions(incidentOf({ score: 100 }), [], NOW, never)).toEqual([]);
  });

  it.each(['planned', 'simulated', 'applied', 'verified'] as const)('plans nothing while a block is %s', (status) => {
    expect(planActions(incidentOf(), [actionOf(status)], NOW + 1000, policy)).toEqual([]);
  });

  it('renews a block before it ends while the attack goes on, and twice as long', () => {
    const active = actionOf('verified');
    const late = NOW + HOUR - 60_000;
    expect(planActions(incidentOf({ lastSeen: NOW }), [active], late, policy)).toEqual([]);
    const [renewed] = planActions(seenAt(late), [active], late, policy);
    expect(renewed?.id).not.toBe(active.id);
    expect(renewed?.expiresAt).toBe(late + 2 * HOUR);
  });

  it('doubles for repeat offenders, up to the longest', () => {
    const past = (count: number): Action[] =>
      Array.from({ length: count }, (_, n) =>
        actionOf('expired', {
          id: `old-${n}`,
          incident: `inc-old-${n}`,
          expiresAt: NOW - HOUR,
          createdAt: NOW - 3 * HOUR,
        }),
      );
    const length = (count: number): number =>
      (planActions(incidentOf(), past(count), NOW, policy)[0]?.expiresAt ?? NOW) - NOW;
    expect([0, 1, 2, 3].map((count) => length(count) / HOUR)).toEqual([1, 2, 4, 8]);
    expect(length(60)).toBe(7 * 24 * HOUR);
  });

  it('blocks again when the attacker comes back after the end, not when nothing more happened', () => {
    const ended = actionOf('expired', { expiresAt: NOW + HOUR });
    const later = NOW + HOUR + 1000;
    expect(planActions(seenAt(NOW), [ended], later, policy)).toEqual([]);
    expect(planActions(seenAt(later), [ended], later, policy)).toHaveLength(1);
  });

  it('lets whoever comes back start anew', () => {
    const ended = actionOf('expired', { expiresAt: NOW + HOUR });
    const later = NOW + HOUR + 1000;
    const again = (detections: Incident['detections']): Action[] =>
      planActions(incidentOf({ lastSeen: later, detections }), [ended], later, policy);
    // The session that was cut comes to its end, or was still busy while the block came into force.
    expect(again([row('decoy-login-success')])).toEqual([]);
    expect(again([row('file-upload', NOW + 20)])).toEqual([]);
    expect(again([row('decoy-login-success'), row('decoy-login-attempt', later, 'low')])).toEqual([]);
    expect(again([row('decoy-login-success', later)])).toHaveLength(1);
    // A reason that was answered is none any more, whatever else is new.
    const onUpload = compilePolicy(RespondConfig.parse({ blockOn: ['file-upload'], blockFrom: 101 }));
    const visit = incidentOf({ lastSeen: later, detections: [row('file-upload'), row('decoy-login-success', later)] });
    expect(planActions(visit, [ended], later, onUpload)).toEqual([]);
    expect(planActions(seenAt(later), [ended], later, onUpload)).toHaveLength(1);
  });

  it('renews a short block in its second half only', () => {
    const short = compilePolicy(RespondConfig.parse({ ttlMs: 10_000 }));
    const active = actionOf('verified', { expiresAt: NOW + 10_000 });
    expect(planActions(seenAt(NOW + 1000), [active], NOW + 1000, short)).toEqual([]);
    expect(planActions(seenAt(NOW + 6000), [active], NOW + 6000, short)).toHaveLength(1);
  });

  it.each(['reverted', 'refused'] as const)('takes “%s” for an answer', (status) => {
    expect(planActions(incidentOf({ lastSeen: NOW + HOUR }), [actionOf(status)], NOW + HOUR, policy)).toEqual([]);
    // A later incident of the same actor is another question.
    expect(planActions(incidentOf({ id: 'inc-2' }), [actionOf(status)], NOW, policy)).toHaveLength(1);
  });

  it.each(['verified', 'simulated', 'awaiting-approval', 'failed', 'reverted', 'refused', 'expired'] as const)(
    'takes what a person ordered about another address, now “%s”, for nothing done about the attacker',
    (status) => {
      const elsewhere = actionOf(status, { id: 'do-1', target: '192.0.2.77', by: 'console:ada' });
      const [planned] = planActions(incidentOf(), [elsewhere], NOW + 1000, policy);
      expect(planned).toMatchObject({ target: '198.51.100.7', expiresAt: NOW + 1000 + HOUR });
      // Once made and ended, the next is another action, though two are not about this attacker.
      const ended: Action = { ...planned!, status: 'expired', expiresAt: NOW + HOUR };
      const later = NOW + HOUR + 1000;
      const [next] = planActions(seenAt(later), [elsewhere, ended, { ...elsewhere, id: 'do-2' }], later, policy);
      expect(next?.expiresAt).toBe(later + 2 * HOUR);
      expect(next?.id).not.toBe(planned!.id);
      const redirect = { ...elsewhere, measure: 'redirect' as const };
      expect(planActions(incidentOf(), [redirect], NOW + 1000, policy)).toHaveLength(1);
    },
  );

  it('takes a person’s block of a network around the attacker, and their taking it back, for an answer', () => {
    const around = (status: ActionStatus): Action =>
      actionOf(status, { id: 'do-1', target: '198.51.100.0/24', by: 'console:ada' });
    for (const status of ['verified', 'reverted'] as const)
      expect(planActions(incidentOf(), [around(status)], NOW + 1000, policy)).toEqual([]);
  });

  it('tries again after a failure, after a while', () => {
    const failed = actionOf('failed', { updatedAt: NOW });
    expect(planActions(incidentOf({ lastSeen: NOW + 30_000 }), [failed], NOW + 30_000, policy)).toEqual([]);
    const [again] = planActions(incidentOf({ lastSeen: NOW + 61_000 }), [failed], NOW + 61_000, policy);
    expect(again?.id).not.toBe(failed.id);
    // One that only came too late says nothing about the firewall.
    const late = actionOf('failed', { expiresAt: NOW + 10_000, updatedAt: NOW + 20_000 });
    const [fresh] = planActions(incidentOf({ lastSeen: NOW + 20_001 }), [late], NOW + 20_001, policy);
    expect(fresh).toMatchObject({ status: 'planned', expiresAt: NOW + 20_001 + HOUR });
    expect(again?.expiresAt).toBe(NOW + 61_000 + HOUR);
  });

  describe('beside other measures of playbooks', () => {
    const watched = (status: ActionStatus, measure: Measure = 'redirect', more: Partial<Action> = {}): Action =>
      actionOf(status, { id: 'act-watch', measure, playbook: { id: 'watch', run: 'run-1' }, ...more });
    const plans = (previous: readonly Action[], more: Partial<Incident> = {}, now = NOW + 1000): number =>
      planActions(incidentOf({ lastSeen: now, ...more }), previous, now, policy).length;

    it.each([
      ['planned', 0],
      ['applied', 0],
      ['verified', 0],
      ['simulated', 1],
      ['awaiting-approval', 1],
      ['refused', 1],
      ['failed', 1],
      ['reverted', 1],
    ] as const)('where a redirect is %s, %s block is planned', (status, blocks) => {
      expect(plans([watched(status)])).toBe(blocks);
      expect(plans([watched(status, 'tarpit')])).toBe(blocks);
    });

    it('blocks whoever is inside a real machine, and at the end of the watching for all that was found', () => {
      expect(plans([watched('verified')], { inside: 'decoy', score: 100 })).toBe(0);
      expect(plans([watched('verified')], { inside: 'machine' })).toBe(1);
      expect(plans([watched('verified', 'redirect', { incident: 'inc-0' })])).toBe(0);
      const later = NOW + HOUR + 1000;
      expect(plans([watched('expired')], { detections: [row('file-upload', NOW)] }, later)).toBe(1);
      expect(plans([watched('verified', 'redirect', { expiresAt: NOW + HOUR })], {}, later)).toBe(1);
    });

    it.each([
      [['verified', 'applied'], 0],
      [['verified', 'planned', 'simulated'], 0],
      [['verified', 'refused'], 1],
      [['verified', 'failed'], 1],
      [['verified', 'awaiting-approval'], 1],
    ] as const)('waits only where every place that could block watches: of %j, %s', (statuses, blocks) => {
      const parts = statuses.map((status, i) => ({ responder: `r${i}`, mode: 'enforce' as const, status }));
      expect(plans([watched('verified', 'redirect', { parts })])).toBe(blocks);
    });

    it('is not kept from it by what leaves services within reach, nor makes it longer', () => {
      for (const measure of ['isolate', 'rate-limit', 'mirror'] as const) {
        const [block] = planActions(incidentOf(), [watched('verified', measure)], NOW + 1000, policy);
        expect(block?.expiresAt).toBe(NOW + 1000 + HOUR);
        expect(block).not.toHaveProperty('measure');
      }
    });
  });

  it('never plans more than one block at a time, never without an end, never for the unproven', () => {
    const statuses = fc.constantFrom<ActionStatus>(
      'planned',
      'simulated',
      'applied',
      'verified',
      'refused',
      'failed',
      'expired',
      'reverted',
    );
    const history = fc.array(fc.tuple(statuses, fc.integer({ min: -100, max: 100 }), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(history, fc.nat(100), fc.boolean(), (past, score, sourceVerified) => {
        const previous = past.map(([status, hours, other], n) =>
          actionOf(status, { id: `act-${n}`, expiresAt: NOW + hours * HOUR, ...(other ? { incident: 'inc-0' } : {}) }),
        );
        const planned = planActions(incidentOf({ score, sourceVerified }), previous, NOW, policy);
        expect(planned.length).toBeLessThanOrEqual(1);
        for (const action of planned) {
          expect(sourceVerified && score >= 60).toBe(true);
          expect(action.expiresAt).toBeGreaterThan(NOW);
          expect(action.expiresAt).toBeLessThanOrEqual(NOW + policy.maxTtlMs);
        }
      }),
    );
  });

  it('refuses networks that are none in its configuration', () => {
    expect(RespondConfig.safeParse({ ignoreNetworks: ['10.0.0.1/8'] }).success).toBe(false);
    expect(RespondConfig.safeParse({ blockForm: 1 }).success).toBe(false);
  });
});

describe('after the clock was set back', () => {
  const back = NOW - HOUR;
  const again = incidentOf({ lastSeen: NOW, detections: [row('decoy-login-success', NOW)] });

  it('blocks an attacker again whose block has ended, though it was planned later than now', () => {
    expect(
      planActions(again, [actionOf('expired', { createdAt: NOW, expiresAt: NOW + HOUR })], back, policy),
    ).toHaveLength(1);
  });

  it('does not wait for the hour to come round before it tries a failed block again', () => {
    const failed = actionOf('failed', { createdAt: NOW, updatedAt: NOW });
    expect(planActions(again, [failed], back, policy)).toHaveLength(1);
    expect(planActions(again, [{ ...failed, updatedAt: back - 1 }], back, policy)).toEqual([]);
  });
});
