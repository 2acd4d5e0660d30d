/** The guide's way and the checklist's state. */
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { describe, expect, it } from 'vitest';
import { checksOf, sshCommand } from './checklist.ts';
import { guideSteps, stepOf } from './guide.ts';

const STATUS: PlatformStatus = {
  startedAt: 0,
  eventsTotal: 0,
  eventsPerSecond: 0,
  openIncidents: 0,
  blocksInForce: 0,
  responseMode: 'simulate',
  rules: { rules: 0, correlations: 0, refused: 0 },
  scans: { addresses: [], uncounted: 0 },
  decoys: [
    { id: 'web', type: 'http', listen: '0.0.0.0:8080', connections: 0, healthy: true, stopped: false },
    { id: 'ssh-1', type: 'ssh', listen: ':::2022', connections: 0, healthy: true, stopped: false },
  ],
  collectors: [],
  sources: { known: 0, silent: 0, latest: [] },
};
const COLLECTOR = { id: 'web', type: 'tail', healthy: true, refused: 0, sources: 1, lagBytes: 0, dropped: 0 };

describe('the guide', () => {
  const names = (isOnTour: boolean, pages: readonly string[]): string[] =>
    guideSteps(isOnTour, (href) => pages.includes(href)).map(({ name }) => name);

  it('leads through a recorded story on the tour, and to the queue otherwise', () => {
    const pages = ['/', '/incidents/', '/hunt/'];
    expect(names(true, pages)).toEqual(['overview', 'story', 'replay', 'done', 'hunt', 'attack']);
    expect(names(false, pages)).toEqual(['overview', 'incidents', 'hunt', 'attack']);
  });

  it('leaves out pages that are not there for this person', () => {
    expect(names(true, ['/'])).toEqual(['overview', 'story', 'replay', 'done', 'attack']);
  });

  it('stands at a step that there is, whatever a browser has kept', () => {
    expect([
      stepOf('', 5),
      stepOf('seen', 5),
      stepOf('2', 5),
      stepOf('99', 5),
      stepOf('-1', 5),
      stepOf('0', 0),
    ]).toEqual([undefined, undefined, 2, 4, undefined, undefined]);
  });
});

describe('the checklist', () => {
  const done = (status: Partial<PlatformStatus>, isAttacked = false): string[] =>
    checksOf({ ...STATUS, ...status }, isAttacked, 'h')
      .filter(({ isDone }) => isDone)
      .map(({ name }) => name);

  it('tells of each step whether it is done', () => {
    expect(done({})).toEqual([]);
    expect(done({}, true)).toEqual(['decoy']);
    expect(done({ collectors: [{ ...COLLECTOR, events: 0, problems: [] }] })).toEqual([]);
    expect(done({ collectors: [{ ...COLLECTOR, events: 1, problems: [] }] })).toEqual(['collector']);
    expect(done({ configured: { notifiers: 1, neverBlocked: 0 } })).toEqual(['notifier']);
    // Enforcing with nobody named is not what it asks for.
    expect(done({ responseMode: 'enforce', configured: { notifiers: 0, neverBlocked: 0 } })).toEqual([]);
    expect(done({ responseMode: 'enforce', configured: { notifiers: 0, neverBlocked: 2 } })).toEqual(['response']);
  });

  it('says how to attack the decoy that there is', () => {
    expect(sshCommand(STATUS, 'localhost')).toBe('ssh -p 2022 root@localhost');
    expect(sshCommand(undefined, '::1')).toBe('ssh -p 2222 root@::1');
  });
});
