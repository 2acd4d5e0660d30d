/** All links to sensors: what each sends is normalised by what it is, and what it says of itself goes to its health and the status. */
import type { Socket } from 'node:net';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import type { OwnTests } from './own-tests.ts';
import { serveSensor, type SensorLinkPorts } from './sensor-link.ts';
import type { SourceHealth } from './source-health.ts';
import type { StatusBoard } from './status-board.ts';

export interface SensorLinksOptions extends Pick<
  SensorLinkPorts,
  'stream' | 'records' | 'blobs' | 'state' | 'clock' | 'log'
> {
  readonly collectors: readonly { readonly id: string }[];
  readonly board: StatusBoard;
  readonly health: Pick<SourceHealth, 'seen' | 'heartbeat'>;
  readonly onTerminal: SensorLinkPorts['onTerminal'];
  readonly ownTests: Pick<OwnTests, 'mark'>;
}

export interface SensorLinks {
  /** `sensor` is what the launcher says of the socket. */
  accept(socket: Socket, sensor: { readonly id: string; readonly type: string }): void;
  close(): void;
}

export async function createSensorLinks(options: SensorLinksOptions): Promise<SensorLinks> {
  const { collectors, board, health, onTerminal, ownTests, stream, records, blobs, state, clock, log } = options;
  // Who collects nothing does not carry what makes events of other people's logs.
  const collected = collectors.length === 0 ? undefined : await import('@netsentinel/normalise/event/collected');
  const links = new Set<ReturnType<typeof serveSensor>>();

  return {
    accept: (socket, sensor) => {
      const isWatcher = sensor.type === 'watcher';
      const isCollector = collectors.some(({ id }) => id === sensor.id);
      const link = serveSensor(socket, sensor, {
        stream,
        ...(records === undefined ? {} : { records }),
        blobs,
        state,
        clock,
        log,
        normalise: (input, stamp) => {
          const result = normaliseSensorEvent(input, stamp);
          board.event();
          // A collector's records are what others wrote: they name whom they like.
          if (result.ok && !isCollector) ownTests.mark(result.value);
          if (!result.ok) board.sensors.refused(sensor.id);
          return result;
        },
        normaliseRecord:
          collected === undefined || !isCollector
            ? undefined
            : (record, stamp) => {
                board.event();
                const result = collected.normaliseRecord(record, stamp);
                health.seen(sensor.id, result.ok ? result.value : result.error);
                if (!result.ok) board.sensors.refused(sensor.id);
                return result;
              },
        onCollecting: (id, report) => {
          health.heartbeat(id);
          board.sensors.reported(id, report);
        },
        onKept: (id, kept) => board.sensors.kept(id, kept),
        onTerminal,
        onHeartbeat: (id, heartbeat) => {
          health.heartbeat(id);
          board.sensors.reported(id, { dropped: heartbeat.dropped });
          if (isWatcher) board.scansUncounted(heartbeat.dropped);
          else if (!isCollector) board.listening(heartbeat.decoys ?? {});
        },
      });
      links.add(link);
      board.sensors.linked(sensor.id, true);
      // What an earlier decoy host listened on is over; this one says what it does.
      if (!isWatcher && !isCollector) board.listening({});
      socket.on('close', () => {
        links.delete(link);
        board.sensors.linked(sensor.id, false);
      });
    },
    close: () => {
      for (const link of links) link.close();
    },
  };
}
