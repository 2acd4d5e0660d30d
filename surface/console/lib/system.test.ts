import { expect, it } from 'vitest';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { LATE_BYTES, needsOf, sharesOf, type Sensor } from './system.ts';

const STATUS: PlatformStatus = {
  startedAt: 0,
  eventsTotal: 0,
  eventsPerSecond: 0,
  openIncidents: 0,
  blocksInForce: 0,
  responseMode: 'enforce',
  rules: { rules: 3, correlations: 1, refused: 0 },
  decoys: [{ id: 'ssh', type: 'ssh', listen: '', connections: 0, healthy: true, stopped: false }],
  scans: { addresses: [], uncounted: 0 },
  sources: { known: 2, silent: 0, latest: [] },
  collectors: [],
};
const SENSOR: Sensor = {
  id: 'tail',
  type: 'tail',
  healthy: true,
  events: 1,
  refused: 0,
  lagBytes: 0,
  dropped: 0,
  problems: [],
  sources: { read: 1, expected: 1, silent: 0 },
};

it('asks for nobody where all is well', () => {
  expect(needsOf(STATUS, [SENSOR], 'ready')).toEqual([]);
});

it('names what fails before what is late, each with what to do', () => {
  const needs = needsOf(
    {
      ...STATUS,
      responseMode: 'simulate',
      rules: { ...STATUS.rules, refused: 2 },
      decoys: [{ ...STATUS.decoys[0], healthy: false }],
      sources: { ...STATUS.sources, silent: 1 },
    },
    [{ ...SENSOR, lagBytes: LATE_BYTES, dropped: 3 }],
    'not-ready',
  );
  expect(needs.map(({ level }) => level)).toEqual(['bad', 'bad', 'bad', 'late', 'late', 'late', 'note']);
  expect(needs.map(({ what }) => what)).toContain('The decoy ssh does not answer');
  expect(needs.every(({ next }) => next.length > 10)).toBe(true);
});

it('lets a decoy rest that a person has stopped', () => {
  const stopped = { ...STATUS, decoys: [{ ...STATUS.decoys[0], healthy: false, stopped: true }] };
  expect(needsOf(stopped, [], 'ready')).toEqual([]);
  expect(sharesOf(stopped, []).map(({ n, of }) => [n, of])).toEqual([
    [0, 1],
    [0, 0],
    [2, 2],
    [4, 4],
  ]);
});
