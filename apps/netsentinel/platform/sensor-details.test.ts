import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '@netsentinel/contracts/source';
import { ManualClock } from '@netsentinel/kernel/clock';
import { sensorDetails } from './sensor-details.ts';
import { SensorFigures } from './sensor-figures.ts';

const record = (sensor: string, source: string, silentSince?: number): SourceRecord => ({
  sensor,
  source,
  firstSeen: 1,
  lastSeen: 50,
  spells: 10,
  gapsMs: [1, 1],
  gapsAt: 50,
  silentSince,
});

describe('a sensor', () => {
  it('is healthy while it is linked and has nothing to mend, and tells what was counted', () => {
    const clock = new ManualClock(1000);
    const figures = new SensorFigures(clock, ['beats']);
    const now = () => sensorDetails([{ id: 'beats', type: 'lumberjack' }], (id) => figures.of(id), [])[0]!;
    expect(now()).toMatchObject({ healthy: false, events: 0 });
    expect(now()).not.toHaveProperty('lastRecordAt');
    figures.linked('beats', true);
    figures.kept('beats', 3);
    figures.refused('beats');
    figures.kept('nobody', 9);
    expect(now()).toMatchObject({ healthy: true, events: 3, refused: 1, lastRecordAt: 1000 });
    figures.reported('beats', { sources: 2, lagBytes: 7, dropped: 1, problems: ['no right to read /var/log/x'] });
    expect(now()).toMatchObject({ healthy: false, lagBytes: 7, dropped: 1, sources: { read: 2 } });
    // The new link may come before the old one has ended.
    figures.reported('beats', { problems: [] });
    figures.linked('beats', true);
    figures.linked('beats', false);
    expect(now().healthy).toBe(true);
    figures.linked('beats', false);
    expect(now().healthy).toBe(false);
  });

  it('tells its own sources, the silent ones first, and its heartbeat apart', () => {
    const figures = new SensorFigures(new ManualClock(), ['tail', 'other']);
    const [tail, other] = sensorDetails(
      [
        { id: 'tail', type: 'tail' },
        { id: 'other', type: 'syslog' },
      ],
      (id) => figures.of(id),
      [record('tail', 'b'), record('tail', 'a'), record('tail', 'z', 50), record('tail', '', 40), record('other', 'x')],
    );
    expect(tail!.expected.map(({ name }) => name)).toEqual(['z', 'a', 'b']);
    expect(tail).toMatchObject({ sources: { expected: 3, silent: 1 }, heartbeat: { lastSeen: 50, silentSince: 40 } });
    expect(other).toMatchObject({ sources: { expected: 1, silent: 0 } });
    expect(other).not.toHaveProperty('heartbeat');
  });

  it('that may rest is not missed, unless it can do nothing here', () => {
    const figures = new SensorFigures(new ManualClock(), ['watcher']);
    const of = (unable?: string) =>
      sensorDetails([{ id: 'watcher', type: 'watcher', mayRest: true, unable }], (id) => figures.of(id), [])[0];
    expect(of()).toMatchObject({ healthy: true, problems: [] });
    expect(of('not root')).toMatchObject({ healthy: false, problems: ['not root'] });
  });
});
