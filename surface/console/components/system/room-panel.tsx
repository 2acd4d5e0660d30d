/** How far the stages are behind, what lies on the disk, and what the process takes. */
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import type { ReactNode } from 'react';
import { size } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import { FULL_SHARE, LATE_RECORDS } from '../../lib/system.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';
import { Meter } from './meter.tsx';

const words = text.system;

/** `figures`: undefined where they could not be read. */
export function RoomPanel({ figures }: { readonly figures: SystemFigures | undefined }) {
  const now = useNow(60_000);
  if (figures === undefined)
    return (
      <Panel title={words.room}>
        <Failure words={words.noFigures} />
      </Panel>
    );
  const { stages, storage, disk, memory, busy, version, node } = figures;
  return (
    <Panel title={words.room} tools={<span className="dim">{words.version(version, node)}</span>}>
      <div className="system-room" data-testid="room">
        <dl className="system-shares">
          {stages.map(({ id, waiting }) => (
            <Line key={id} name={words.stages[id]} value={words.waiting(waiting)}>
              <Meter label={words.stages[id]} n={waiting} of={LATE_RECORDS} isBad={waiting >= LATE_RECORDS} />
            </Line>
          ))}
        </dl>
        <dl className="system-shares">
          {storage.map(({ id, bytes, limit, events, days, oldest }) => (
            <Line
              key={id}
              name={words.rooms[id]}
              value={
                limit !== undefined
                  ? words.ofLimit(size(bytes), size(limit))
                  : events === undefined
                    ? size(bytes)
                    : words.eventsOf(size(bytes), events)
              }
            >
              {limit !== undefined && <Meter label={words.rooms[id]} n={bytes} of={limit} />}
              {(days !== undefined || events !== undefined) && (
                <span className="system-term dim">
                  {words.kept(days)}
                  {oldest !== undefined && (
                    <>
                      , {words.oldest} <Ago at={Date.parse(oldest)} now={now} />
                    </>
                  )}
                </span>
              )}
            </Line>
          ))}
        </dl>
        <dl className="system-shares">
          <Line name={words.disk} value={words.diskFree(size(disk.free), size(disk.total))}>
            <Meter label={words.disk} n={disk.total - disk.free} of={disk.total} isBad={disk.free < disk.keepFree} />
          </Line>
          <Line
            name={words.memory}
            value={words.memoryOf(size(memory.resident), size(memory.heap), size(memory.heapLimit))}
          >
            <Meter
              label={words.memory}
              n={memory.heap}
              of={memory.heapLimit}
              isBad={memory.heap > memory.heapLimit * FULL_SHARE}
            />
          </Line>
          <Line name={words.busy} value={words.share100(busy)}>
            <Meter label={words.busy} n={busy} of={1} isBad={busy > FULL_SHARE} />
          </Line>
        </dl>
      </div>
    </Panel>
  );
}

function Line(props: { readonly name: string; readonly value: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="system-share">
        <span>{props.name}</span>
        <span>{props.value}</span>
      </dt>
      <dd>{props.children}</dd>
    </div>
  );
}
