'use client';
/** How much of the matrix is covered and was seen, and what its colours mean. */
import { Shield, Siren } from 'lucide-react';
import { flatOf, type Column } from '../../lib/attack-matrix.ts';
import * as text from '../../text/index.ts';

const words = text.attack;

export function AttackTotals({
  columns,
  maySeeRules,
  isWhole,
}: {
  readonly columns: readonly Column[];
  readonly maySeeRules: boolean;
  readonly isWhole: boolean;
}) {
  const all = flatOf(columns);
  const count = (which: (one: (typeof all)[number]) => boolean): number => all.filter(which).length;
  return (
    <div>
      <dl className="attack-totals">
        {maySeeRules && (
          <div>
            <dt>{words.total.covered}</dt>
            <dd>
              {words.of(
                count(({ covered = 0 }) => covered > 0),
                all.length,
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{words.total.hit}</dt>
          <dd>{count(({ hits }) => hits > 0).toLocaleString()}</dd>
        </div>
        {maySeeRules && (
          <div>
            <dt>{words.total.gaps}</dt>
            <dd>{count(({ hits, covered }) => hits > 0 && covered === 0).toLocaleString()}</dd>
          </div>
        )}
      </dl>
      <ul className="attack-legend" aria-label={words.legend}>
        {maySeeRules && (
          <li>
            <span className="attack-key covers-3">
              <Shield size={11} aria-hidden /> 7
            </span>
            {words.covering}
          </li>
        )}
        <li>
          <span className="attack-key attack-hits">
            <Siren size={11} aria-hidden /> 3
          </span>
          {words.hits}
        </li>
        {maySeeRules && (
          <li>
            <span className="attack-key covers-0">–</span>
            {words.none}
          </li>
        )}
      </ul>
      {!isWhole && <p className="dim">{words.partial}</p>}
    </div>
  );
}
