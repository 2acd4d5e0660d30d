import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { expect, it } from 'vitest';
import { compilePolicy } from '../engine.ts';
import { RespondConfig } from '../respond.config.ts';
import { factsOf } from './facts.ts';
import { planBlock } from './plan-block.ts';
import { sayStep } from './say-step.ts';

it('a step and its refusal are told with the article of the measure', () => {
  const step = { measure: 'isolate', for: '1h', scope: 'address' } as const;
  expect(sayStep({ block: step }, undefined)).toBe('would ask for an isolation of the address for 1h');
  const incident = { ...sampleIncident('i1', 1_000_000), sourceVerified: true };
  const planned = planBlock(
    {
      id: 'act-1',
      step,
      reason: '',
      playbook: { id: 'p', run: 'r' },
      incident,
      actions: [{ status: 'reverted', measure: 'isolate' }],
      now: incident.lastSeen,
    },
    compilePolicy(RespondConfig.parse({})),
  );
  expect(planned).toEqual({ ok: false, why: 'an isolation of this incident was taken back' });
});

it('conditions see how each measure stands, those that failed or were refused too', () => {
  const facts = factsOf({
    incident: sampleIncident('i1', 1_000_000),
    actions: [{ status: 'refused', measure: 'redirect' }, { status: 'verified' }],
    now: 0,
    zone: 'UTC',
  });
  expect(facts).toMatchObject({
    'actions.status': ['verified'],
    'actions.measure': ['block'],
    'actions.measureStatus': ['redirect refused', 'block verified'],
  });
});
