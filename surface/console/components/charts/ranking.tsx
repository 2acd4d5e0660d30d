'use client';
/** The most frequent values, each with a bar as long as its share of the first. */
import { Link } from '../link.tsx';
import type { ReactNode } from 'react';
import { Empty } from '../panel.tsx';

export interface Ranked {
  readonly key: string;
  readonly name: ReactNode;
  readonly count: number;
  /** Where a click leads. */
  readonly href?: string;
  readonly colour?: string;
}

export function Ranking({
  label,
  of,
  empty,
}: {
  readonly label: string;
  readonly of: readonly Ranked[];
  readonly empty: string;
}) {
  const most = Math.max(1, ...of.map(({ count }) => count));
  if (of.length === 0) return <Empty title={empty} />;
  return (
    <ol className="ranking" aria-label={label}>
      {of.map(({ key, name, count, href, colour }) => (
        <li key={key}>
          <span className="ranking-bar" style={{ width: `${(count / most) * 100}%`, background: colour }} />
          <span className="ranking-name">{href === undefined ? name : <Link href={href}>{name}</Link>}</span>
          <span className="ranking-count">{count.toLocaleString()}</span>
        </li>
      ))}
    </ol>
  );
}
