'use client';
import type { GetSummaryAnswer } from '@netsentinel/client';
import { Link } from '../link.tsx';
import type { ReactNode } from 'react';
import { SEVERITIES } from '../../lib/severity.ts';
import * as text from '../../text/index.ts';

const words = text.overview;

/** What is open, by severity, and the figures of the day. */
export function Counters({ summary }: { readonly summary: GetSummaryAnswer }) {
  const { open, contained, lastDay, blocksInForce, eventsTotal } = summary;
  const all = SEVERITIES.reduce((sum, severity) => sum + open[severity], 0);
  return (
    <dl className="counters">
      <Counter name={words.open} value={all} href="/incidents/?status=open" isWide>
        <span className="counter-split">
          {SEVERITIES.map((severity) => (
            <span key={severity} className={`severity-${severity}`}>
              <strong>{open[severity].toLocaleString()}</strong> {severity}
            </span>
          ))}
        </span>
      </Counter>
      <Counter name={words.contained} value={contained} href="/incidents/?status=contained" />
      <Counter name={words.newToday} value={lastDay.incidents} />
      <Counter name={words.attackersToday} value={lastDay.attackers} />
      <Counter name={words.blocks} value={blocksInForce} href="/response/" />
      <Counter name={words.events} value={eventsTotal} />
    </dl>
  );
}

function Counter(props: {
  readonly name: string;
  readonly value: number;
  readonly href?: string;
  readonly isWide?: boolean;
  readonly children?: ReactNode;
}) {
  const value = <span className="counter-value">{props.value.toLocaleString()}</span>;
  return (
    <div className={props.isWide === true ? 'counter wide' : 'counter'}>
      <dt>{props.name}</dt>
      <dd>
        {props.href === undefined ? value : <Link href={props.href}>{value}</Link>}
        {props.children}
      </dd>
    </div>
  );
}
