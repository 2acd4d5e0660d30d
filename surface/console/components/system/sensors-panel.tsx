'use client';
/** Who sends events, how each does, and the sources that stand behind it. */
import { Fragment, useCallback } from 'react';
import { api } from '../../lib/api.ts';
import { size, visible } from '../../lib/format.ts';
import { useLoaded, useNow } from '../../lib/hooks.ts';
import { LATE_BYTES, type Sensor } from '../../lib/system.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';

const words = text.system;
const COLUMNS = 8;

export function SensorsPanel({
  sensors,
  open,
  onOpen,
}: {
  readonly sensors: readonly Sensor[];
  /** Whose sources are shown; empty: nobody's. */
  readonly open: string;
  readonly onOpen: (id: string) => void;
}) {
  const now = useNow();
  return (
    <Panel title={words.sensors}>
      <table className="listing">
        <thead>
          <tr>
            <th scope="col">{words.sensor}</th>
            <th scope="col">{words.state}</th>
            <th scope="col" className="number">
              {words.events}
            </th>
            <th scope="col">{words.last}</th>
            <th scope="col">{words.lag}</th>
            <th scope="col">{words.lost}</th>
            <th scope="col">{words.sources}</th>
            <th scope="col" className="act">
              <span className="unseen">{words.show}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sensors.map((sensor) => (
            <Fragment key={sensor.id}>
              <Row sensor={sensor} now={now} isOpen={open === sensor.id} onOpen={onOpen} />
              {open === sensor.id && (
                <tr>
                  <td colSpan={COLUMNS} className="whole">
                    <Sources id={sensor.id} now={now} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Row({
  sensor: { id, type, healthy, events, refused, dropped, lastRecordAt, lagBytes, problems, sources },
  now,
  isOpen,
  onOpen,
}: {
  readonly sensor: Sensor;
  readonly now: number;
  readonly isOpen: boolean;
  readonly onOpen: (id: string) => void;
}) {
  return (
    <tr data-testid="sensor">
      <th scope="row">
        {visible(id)} <span className="dim">{visible(type)}</span>
      </th>
      <td>
        <span className={`badge system-level ${healthy ? 'good' : 'bad'}`}>
          {healthy ? words.inOrder : words.fails}
        </span>
        {problems.length > 0 && (
          <ul className="system-problems">
            {problems.map((problem, i) => (
              <li key={i}>{visible(problem)}</li>
            ))}
          </ul>
        )}
      </td>
      <td className="number" data-label={words.events}>
        {events.toLocaleString()}
      </td>
      <td className="brief" data-label={words.last}>
        {lastRecordAt === undefined ? words.never : <Ago at={lastRecordAt} now={now} />}
      </td>
      <td className="brief" data-label={words.lag}>
        {lagBytes >= LATE_BYTES ? <strong className="system-level late">{size(lagBytes)}</strong> : size(lagBytes)}
      </td>
      <td className="brief" data-label={words.lost}>
        {words.lostOf(refused, dropped)}
      </td>
      <td data-label={words.sources}>{words.sourcesOf(sources.read, sources.expected, sources.silent)}</td>
      <td className="act">
        <button
          type="button"
          className="quiet small"
          aria-expanded={isOpen}
          aria-label={words.showOf(id)}
          onClick={() => onOpen(isOpen ? '' : id)}
        >
          {isOpen ? words.hide : words.show}
        </button>
      </td>
    </tr>
  );
}

function Sources({ id, now }: { readonly id: string; readonly now: number }) {
  const { value, error } = useLoaded(useCallback(() => api.getSensor({ id }), [id]));
  if (value === undefined)
    return error === undefined ? <p className="dim">{text.frame.loading}</p> : <Failure words={error} />;
  const { heartbeat, expected } = value;
  return (
    <>
      {heartbeat !== undefined && (
        <p className="dim">
          {words.sign} <Ago at={heartbeat.lastSeen} now={now} />
        </p>
      )}
      {expected.length === 0 && <p className="dim">{words.noSources}</p>}
      <ul className="system-sources" aria-label={words.showOf(id)}>
        {expected.map(({ name, lastSeen, silentSince }) => (
          <li key={name}>
            <span className={silentSince === undefined ? 'dot good' : 'dot bad'} /> <code>{visible(name)}</code>{' '}
            <span className="dim">
              {words.heard} <Ago at={lastSeen} now={now} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
