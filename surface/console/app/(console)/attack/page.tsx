'use client';
/** ATT&CK's matrix: what is looked for here, and what attackers did. */
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { AttackExports } from '../../../components/attack/attack-exports.tsx';
import { AttackGrid } from '../../../components/attack/attack-grid.tsx';
import { AttackTotals } from '../../../components/attack/attack-totals.tsx';
import { TechniquePanel } from '../../../components/attack/technique-panel.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { RangeSelect } from '../../../components/range-select.tsx';
import { api } from '../../../lib/api.ts';
import { flatOf, matrixOf, SHOWN, shownOf } from '../../../lib/attack-matrix.ts';
import { useAttackNames, useLoaded } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { RANGES } from '../../../lib/ranges.ts';
import { useMay } from '../../../lib/session.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './attack.css';

const DEFAULTS = { range: '24h', show: 'all', find: '', tactic: '', technique: '', subs: '' };
/** The server counts anew no more often. */
const RELOAD_MS = 15_000;
const words = text.attack;

export default function AttackPage() {
  const [view, change] = useView(DEFAULTS);
  const range = oneOf(view.range, RANGES);
  const show = oneOf(view.show, SHOWN);
  const maySeeRules = useMay('rules:read');
  const names = useAttackNames();
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [hits, coverage] = await Promise.all([
        api.getAttackHits({ range }),
        maySeeRules ? api.getAttackCoverage() : undefined,
      ]);
      return { hits, coverage };
    }, [range, maySeeRules]),
  );
  useLive('incident', useSeldom(reload, RELOAD_MS), reload);
  const matrix = useMemo(
    () => (names === undefined || value === undefined ? [] : matrixOf(names, value.coverage, value.hits)),
    [names, value],
  );
  const shown = useMemo(() => shownOf(matrix, show, view.find), [matrix, show, view.find]);
  const chosen = useMemo(() => flatOf(matrix).find(({ id }) => id === view.technique), [matrix, view.technique]);
  const close = useCallback(() => change({ technique: '' }), [change]);
  return (
    <div className="attack">
      <PageHead title={words.title} about={names && words.about(names.version)}>
        <RangeSelect value={range} onChange={(one) => change({ range: one })} />
        <select aria-label={words.show} value={show} onChange={(e) => change({ show: oneOf(e.target.value, SHOWN) })}>
          {SHOWN.filter((one) => maySeeRules || one === 'all' || one === 'hit').map((one) => (
            <option key={one} value={one}>
              {words.shown[one]}
            </option>
          ))}
        </select>
        <input
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          maxLength={60}
          value={view.find}
          onChange={(e) => change({ find: e.target.value })}
        />
        <label className="attack-subs">
          <input
            type="checkbox"
            checked={view.subs === '1'}
            onChange={(e) => change({ subs: e.target.checked ? '1' : '' })}
          />
          {words.subs}
        </label>
      </PageHead>
      <Failure words={error} />
      {value !== undefined && names !== undefined && (
        <>
          <div className="attack-above">
            <AttackTotals columns={matrix} maySeeRules={maySeeRules} isWhole={value.hits.isWhole} />
            <AttackExports columns={matrix} version={names.version} maySeeRules={maySeeRules} />
          </div>
          <div className={chosen === undefined ? 'attack-body' : 'attack-body with-side'}>
            <AttackGrid
              columns={shown}
              whole={matrix}
              tactic={view.tactic}
              chosen={view.technique}
              isUnfolded={view.subs === '1' || view.find !== ''}
              onTactic={(tactic) => change({ tactic }, { remember: true })}
              onChoose={(technique) => change({ technique })}
            />
            {chosen !== undefined && (
              <TechniquePanel key={chosen.id} technique={chosen} names={names} onClose={close} />
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** Calls it now and then, however often it is asked to, and once more for what it was asked meanwhile. */
function useSeldom(what: () => void, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [what],
  );
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      what();
    }, everyMs);
  }, [what, everyMs]);
}
