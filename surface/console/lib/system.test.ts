import { expect, it } from 'vitest';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import { LATE_BYTES, LATE_RECORDS, needsOf, sharesOf, type Sensor } from './system.ts';

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

it('tells of a stage that is behind and of a disk that fills, before and after it is too late', () => {
  const disk = { total: 1_000, free: 500, keepFree: 20 };
  const figures: SystemFigures = {
    at: '',
    version: '',
    node: '',
    startedAt: '',
    memory: { resident: 0, heap: 0, heapLimit: 0 },
    busy: 0,
    stages: [
      { id: 'store', waiting: LATE_RECORDS - 1 },
      { id: 'analysis', waiting: 0 },
    ],
    storage: [],
    disk,
  };
  const whats = (change: Partial<SystemFigures>): readonly (readonly [string, string])[] =>
    needsOf(STATUS, [SENSOR], 'ready', { ...figures, ...change }).map(({ level, what }) => [level, what]);
  expect(whats({})).toEqual([]);
  expect(whats({ stages: [{ id: 'analysis', waiting: LATE_RECORDS }] })).toEqual([
    ['late', '50,000 records wait: Judging events is behind'],
  ]);
  expect(whats({ disk: { ...disk, free: 99 } })).toEqual([['late', 'The disk is nearly full: 99 B are free']]);
  expect(whats({ disk: { ...disk, free: 19 } })).toEqual([
    ['bad', 'Only 19 B are free on the disk: nothing new is stored'],
  ]);
  expect(whats({ memory: { resident: 300, heap: 180, heapLimit: 200 }, busy: 0.9 })).toEqual([]);
  expect(whats({ memory: { resident: 300, heap: 181, heapLimit: 200 }, busy: 0.96 })).toEqual([
    ['late', "The platform's memory is nearly full: 181 B of 200 B"],
    ['late', 'The main thread of the platform is at work 96 % of the time'],
  ]);
});
