'use client';
/** What an attacker did over time, by service, whoever saw it: decoys, collectors and the watcher. */
import { useCallback } from 'react';
import { api } from '../../lib/api.ts';
import { countsOver, intervalsOf, SPANS } from '../../lib/decoys.ts';
import { visible } from '../../lib/format.ts';
import { useLoaded } from '../../lib/hooks.ts';
import type { Range } from '../../lib/ranges.ts';
import * as text from '../../text/index.ts';
import { TimeChart } from '../charts/time-chart.tsx';
import { Failure } from '../failure.tsx';
import { Empty, Panel } from '../panel.tsx';

const words = text.attackers;
const MAX_SERVICES = 7;

export function Activity({ actor, range }: { readonly actor: string; readonly range: Range }) {
  const load = useCallback(async () => {
    const { from, to, times } = intervalsOf(range, Date.now());
    const counted = await api.countEvents({
      from: String(from),
      to: String(to),
      filter: `netsentinel.actor:eq:${actor}`,
      by: 'network.protocol',
      top: MAX_SERVICES,
      interval: SPANS[range].interval,
    });
    const named = counted.groups.map(({ keys, count }) => ({
      keys: [keys[0] ?? words.otherService, ...keys.slice(1)],
      count,
    }));
    return { times, range, counts: countsOver({ groups: named }, times) };
  }, [actor, range]);
  const { value, error } = useLoaded(load);
  return (
    <Panel title={words.over}>
      <Failure words={error} />
      {value?.counts.size === 0 && (
        <Empty title={words.nothingSeen}>
          <p>{words.nothingSeenAbout}</p>
        </Empty>
      )}
      {value !== undefined && value.counts.size > 0 && (
        <TimeChart
          label={words.overLabel}
          times={value.times}
          stepMs={SPANS[value.range].stepMs}
          stacked
          series={[...value.counts].map(([name, values]) => ({ name: visible(name).slice(0, 32), values }))}
        />
      )}
    </Panel>
  );
}
