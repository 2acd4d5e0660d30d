import type { Incident } from '@netsentinel/contracts/incident';
import { expect, it } from 'vitest';
import { evidenceOf } from './evidence.ts';

const incident = (rules: readonly string[], changes: object = {}): Incident =>
  ({ sessions: [], detections: rules.map((rule) => ({ rule })), ...changes }) as unknown as Incident;

it.each([
  [['decoy-login-success', 'download-and-run'], { sessions: [{}] }, ['decoy']],
  [['decoy-login-attempt', 'decoy-scan'], {}, ['decoy', 'scan']],
  [['login-brute-force'], {}, ['log']],
  [['horizontal-scan', 'web-attack'], {}, ['log', 'scan']],
  [['honeytoken-use', 'decoy-login-success'], { sessions: [{}] }, ['decoy', 'honeytoken']],
  [['login-after-failures'], { sessions: [{}], inside: 'machine' }, ['decoy', 'log']],
  [[], {}, []],
] as const)('%j rests on …', (rules, changes, kinds) => {
  expect(evidenceOf(incident(rules, changes))).toEqual(kinds);
});
