/** Pure: how each sensor does, of what is counted of it and of when it and its sources were last heard. */
import type { ExpectedSource, SensorDetail } from '@netsentinel/contracts/sensor-status';
import type { SourceRecord } from '@netsentinel/contracts/source';
import type { SensorFigure } from './sensor-figures.ts';

export interface KnownSensor {
  readonly id: string;
  readonly type: string;
  /** It sleeps while there is nothing for it to see: no link is no fault of it. */
  readonly mayRest?: boolean;
  /** Why it can do nothing here. */
  readonly unable?: string | undefined;
}

/** `records`: all sources that are expected to be heard, of any sensor. */
export function sensorDetails(
  sensors: readonly KnownSensor[],
  figureOf: (id: string) => SensorFigure,
  records: readonly SourceRecord[],
): SensorDetail[] {
  const bySensor = Map.groupBy(records, ({ sensor }) => sensor);
  return sensors.map(({ id, type, mayRest = false, unable }) => {
    const { isLinked, events, refused, lastRecordAt, lagBytes, dropped, problems, sources } = figureOf(id);
    const own = bySensor.get(id) ?? [];
    const heartbeat = own.find(({ source }) => source === '');
    const expected = own
      .filter(({ source }) => source !== '')
      .map(expectedOf)
      .toSorted((a, b) => (b.silentSince ?? 0) - (a.silentSince ?? 0) || (a.name < b.name ? -1 : 1));
    const wrong = unable === undefined ? problems : [...problems, unable];
    return {
      id,
      type,
      healthy: (isLinked || mayRest) && wrong.length === 0,
      events,
      refused,
      ...(lastRecordAt === undefined ? {} : { lastRecordAt }),
      lagBytes,
      dropped,
      problems: wrong,
      sources: {
        read: sources,
        expected: expected.length,
        silent: expected.filter(({ silentSince }) => silentSince !== undefined).length,
      },
      ...(heartbeat === undefined ? {} : { heartbeat: { lastSeen: heartbeat.lastSeen, ...silence(heartbeat) } }),
      expected,
    };
  });
}

function expectedOf(record: SourceRecord): ExpectedSource {
  const { source, firstSeen, lastSeen } = record;
  return { name: source, firstSeen, lastSeen, ...silence(record) };
}

function silence({ silentSince }: SourceRecord): { silentSince?: number } {
  return silentSince === undefined ? {} : { silentSince };
}
