import { describe, expect, it } from 'vitest';
import { hostileIncident, HOSTILE_TEXTS, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { entryAt, neighbourhoodOf, recordedSessions, sessionOf, tacticSteps, toolField } from './story.ts';

const names = {
  version: '1',
  techniques: {},
  tactics: { TA0006: 'Credential Access', TA0002: 'Execution', TA0011: 'Command and Control' },
  matrix: [
    { tactic: 'TA0002', techniques: ['T1059'] },
    { tactic: 'TA0006', techniques: ['T1110', 'T1110.001'] },
    { tactic: 'TA0011', techniques: ['T1105'] },
  ],
};

describe('tactics', () => {
  const incident = sampleIncident('i', 1_000_000, { tactics: ['TA0006', 'TA0011', 'TA9999'] });
  it('stand in the order of the framework, and say in which they were reached and where', () => {
    expect(tacticSteps(incident, names)).toEqual([
      { id: 'TA0002', name: 'Execution', reached: undefined, entry: undefined },
      { id: 'TA0006', name: 'Credential Access', reached: 1, entry: 2 },
      { id: 'TA0011', name: 'Command and Control', reached: 2, entry: 5 },
      { id: 'TA9999', name: 'TA9999', reached: 3, entry: undefined },
    ]);
  });
  it('are those of the incident while their names are not there', () => {
    expect(tacticSteps(incident, undefined).map(({ name }) => name)).toEqual(['TA0006', 'TA0011', 'TA9999']);
  });
});

describe('moments', () => {
  const incident = sampleIncident('i', 1_000_000);
  const sessions = recordedSessions(incident);
  it('have the session that shows them', () => {
    const shown = incident.timeline.map((entry) => sessionOf(entry, sessions)?.id);
    expect(shown).toEqual([undefined, ...Array.from({ length: 7 }, () => 'ssh~i')]);
  });
  it('are found by what is played', () => {
    expect(entryAt(incident.timeline, 'ssh~i', incident.lastSeen - 1)).toBe(6);
    expect(entryAt(incident.timeline, 'ssh~i', 0)).toBeUndefined();
    expect(entryAt(incident.timeline, 'other', 2e12)).toBeUndefined();
  });
  it('have none where ids are what attackers wrote', () => {
    for (const text of HOSTILE_TEXTS)
      expect(
        recordedSessions(hostileIncident('x', text, 1)).every(({ recording }) => /^[\w~-]+$/.test(recording)),
      ).toBe(true);
  });
});

it('knows the neighbourhood of an address', () => {
  expect(neighbourhoodOf('203.0.113.7')).toBe('203.0.113.');
  expect(neighbourhoodOf('2001:db8:7::1')).toBe('2001:db8:7:');
  expect(neighbourhoodOf('2001:db8:7:1::/64')).toBe('2001:db8:7:');
  expect(neighbourhoodOf('::1')).toBeUndefined();
  for (const text of HOSTILE_TEXTS) expect(neighbourhoodOf(text)).toBeUndefined();
});

it('knows by which field tools are found', () => {
  expect(['hassh', 'ssh-client', 'http-client', 'telnet-fingerprint', 'constructor'].map(toolField)).toEqual([
    'netsentinel.ssh.hassh',
    undefined,
    'netsentinel.client.software',
    'netsentinel.client.fingerprint',
    undefined,
  ]);
});
