import { describe, expect, it } from 'vitest';
import type { Severity } from '@netsentinel/contracts/detection';
import type { Incident } from '@netsentinel/contracts/incident';
import { threatLevel } from './threat-level.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const one = (severity: Severity, hoursAgo = 0, status: Incident['status'] = 'open') => ({
  severity,
  status,
  lastSeen: NOW - hoursAgo * HOUR,
});

describe('the threat level', () => {
  it.each([
    ['nothing', [], 0, 'calm'],
    ['one critical that goes on', [one('critical')], 49, 'elevated'],
    ['the same six hours later', [one('critical', 6)], 28, 'guarded'],
    ['the same once contained', [one('critical', 0, 'contained')], 15, 'guarded'],
    ['one high', [one('high')], 22, 'guarded'],
    ['three critical', [one('critical'), one('critical'), one('critical')], 86, 'severe'],
    ['what is over', [one('critical', 0, 'closed'), one('critical', 0, 'benign')], 0, 'calm'],
    ['a week ago', [one('critical', 168)], 0, 'calm'],
    ['a clock that goes wrong', [one('critical', -100)], 49, 'elevated'],
    ['scanners all over', Array.from({ length: 30 }, () => one('low')), 39, 'elevated'],
    ['more than can be counted', Array.from({ length: 5000 }, () => one('critical')), 100, 'severe'],
  ] as const)('of %s', (_, incidents, score, level) => {
    expect(threatLevel(incidents, NOW)).toEqual({ score, level });
  });
});
