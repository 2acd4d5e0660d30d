'use client';
/** The decoys as the machines that they pretend to be: what a scanner finds of each, how each does, and who was there. */
import { Link } from '../../../components/link.tsx';
import { useCallback } from 'react';
import { Spark } from '../../../components/charts/spark.tsx';
import { Detectability } from '../../../components/decoys/detectability.tsx';
import { DecoyStateBadge } from '../../../components/decoys/state-badge.tsx';
import { SwitchDecoy } from '../../../components/decoys/switch-decoy.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty, Panel } from '../../../components/panel.tsx';
import { api, segment } from '../../../lib/api.ts';
import {
  asOfNow,
  countsOver,
  intervalsOf,
  machinesOf,
  seenByDecoys,
  SPANS,
  stateOf,
  type Decoy,
  type Machine,
} from '../../../lib/decoys.ts';
import { visible } from '../../../lib/format.ts';
import { useLoaded } from '../../../lib/hooks.ts';
import { useLive, useStatus } from '../../../lib/live.ts';
import { useMay } from '../../../lib/session.ts';
import { useAtMost } from '../../../lib/use-at-most.ts';
import * as text from '../../../text/index.ts';
import '../../listing.css';
import './decoys.css';

const words = text.decoys;
/** While attacks pour in, visits are counted anew this often. */
const AGAIN_MS = 5_000;
const MAX_DECOYS = 256;
const HEAD = ['id', 'state', 'address', 'port', 'transport', 'host', 'persona', 'service', 'product', 'version'];

/** Visits in the last 24 hours, by decoy. */
async function visits(): Promise<ReadonlyMap<string, readonly number[]>> {
  const { from, to, times } = intervalsOf('24h', Date.now());
  const counted = await api.countEvents({
    from: String(from),
    to: String(to),
    filter: [...seenByDecoys(), 'event.action:contains:-connect'],
    by: 'netsentinel.decoy.id',
    top: MAX_DECOYS,
    interval: SPANS['24h'].interval,
  });
  return countsOver(counted, times);
}

export default function DecoysPage() {
  const { value, error, reload } = useLoaded(useCallback(() => api.listDecoys(), []));
  const maySee = useMay('events:read');
  const counts = useLoaded(useCallback(async () => (maySee ? visits() : undefined), [maySee]));
  useLive('incident', useAtMost(counts.reload, AGAIN_MS), counts.reload);
  const status = useStatus();
  const decoys = value?.decoys.map((decoy) => asOfNow(decoy, status));
  return (
    <>
      <PageHead title={words.title} about={words.about}>
        {decoys !== undefined && decoys.length > 0 && (
          <>
            <span className="dim" role="status">
              {totals(decoys)}
            </span>
            <ExportButtons name="decoys" head={HEAD} rows={() => decoys.map(rowOf)} json={() => decoys} />
          </>
        )}
      </PageHead>
      <Failure words={error ?? counts.error} />
      {decoys === undefined ? (
        error === undefined && <p className="centre">{text.frame.loading}</p>
      ) : decoys.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneAbout}</p>
        </Empty>
      ) : (
        <div className="decoys-machines">
          {machinesOf(decoys).map((machine) => (
            <MachinePanel key={machine.persona} machine={machine} visits={counts.value} onChange={reload} />
          ))}
          <Detectability />
        </div>
      )}
    </>
  );
}

function totals(decoys: readonly Decoy[]): string {
  const of = (state: string): number => decoys.filter((decoy) => stateOf(decoy) === state).length;
  return words.totals(decoys.length, of('failing'), of('stopped'));
}

function rowOf(decoy: Decoy): (string | number)[] {
  const { id, address, port, transport, host, persona, service, product, version } = decoy;
  return [id, stateOf(decoy), address, port, transport, host, persona, service, product, version];
}

function MachinePanel({
  machine: { persona, host, decoys },
  visits: counts,
  onChange,
}: {
  readonly machine: Machine;
  readonly visits: ReadonlyMap<string, readonly number[]> | undefined;
  readonly onChange: () => void;
}) {
  const maySwitch = useMay('decoys:write');
  return (
    <Panel
      title={words.machine(visible(host), visible(persona))}
      tools={<span className="dim">{words.machineAbout(visible(persona), decoys.length)}</span>}
    >
      <table className="listing decoys-table">
        <thead>
          <tr>
            <th scope="col">{words.decoy}</th>
            <th scope="col">{words.port}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.service}</th>
            <th scope="col" className="number" title={words.openAbout}>
              {words.open}
            </th>
            {counts !== undefined && <th scope="col">{words.day}</th>}
            {maySwitch && (
              <th scope="col" className="act">
                <span className="unseen">{words.switch}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {decoys.map((decoy) => {
            const { id, address, port, transport, service, product, version, connections } = decoy;
            const day = counts?.get(id) ?? [];
            const sum = day.reduce((a, b) => a + b, 0);
            return (
              <tr key={id} data-testid="decoy">
                <th scope="row">
                  <Link href={`/decoy/?id=${segment(id)}`}>{visible(id)}</Link>
                </th>
                <td className="brief decoys-port" title={`${address}:${port}`}>
                  {port}/{transport}
                </td>
                <td>
                  <DecoyStateBadge state={stateOf(decoy)} />
                </td>
                <td className="whole">
                  {visible(product)} <span className="dim">{visible(version === '' ? service : version)}</span>
                </td>
                <td className="number" data-label={words.open}>
                  {connections.toLocaleString()}
                </td>
                {counts !== undefined && (
                  <td className="brief" data-label={words.day}>
                    <span className="decoys-sum">{sum.toLocaleString()}</span>{' '}
                    {sum > 0 && <Spark label={words.dayChart(sum)} values={day} />}
                  </td>
                )}
                {maySwitch && (
                  <td className="act">
                    <SwitchDecoy decoy={decoy} onChange={onChange} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
