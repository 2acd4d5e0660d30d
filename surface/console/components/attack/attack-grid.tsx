'use client';
/** The matrix itself: a column a tactic, a cell a technique. On narrow windows a list of tactics, one of them open. */
import { ChevronDown, ChevronRight, Shield, Siren } from 'lucide-react';
import { useState } from 'react';
import { stepOf, type Column, type Technique } from '../../lib/attack-matrix.ts';
import * as text from '../../text/index.ts';
import { Empty } from '../panel.tsx';

const words = text.attack;

export function AttackGrid({
  columns,
  whole,
  tactic,
  chosen,
  isUnfolded,
  onTactic,
  onChoose,
}: {
  /** As filtered. */
  readonly columns: readonly Column[];
  /** Without a filter, for the numbers above each column. */
  readonly whole: readonly Column[];
  /** The only one that is open; empty: all. */
  readonly tactic: string;
  readonly chosen: string;
  /** Whether all sub-techniques are seen. */
  readonly isUnfolded: boolean;
  readonly onTactic: (tactic: string) => void;
  readonly onChoose: (technique: string) => void;
}) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const only = columns.some((one) => one.tactic === tactic) ? tactic : '';
  const left = columns.filter((one) => only === '' || one.tactic === only);
  const fold = (id: string): void => {
    const next = new Set(unfolded);
    if (!next.delete(id)) next.add(id);
    setUnfolded(next);
  };
  return (
    <div className={only === '' ? 'attack-matrix' : 'attack-matrix one'} data-testid="matrix">
      {only !== '' && (
        <button type="button" className="quiet attack-back" onClick={() => onTactic('')}>
          {words.allTactics}
        </button>
      )}
      {left.every(({ techniques }) => techniques.length === 0) && (
        <Empty title={words.nothing}>
          <p>{words.nothingWhy}</p>
        </Empty>
      )}
      {left.map((column) => (
        <section key={column.tactic} className="attack-column" aria-label={column.name}>
          <Head
            column={whole.find((one) => one.tactic === column.tactic) ?? column}
            isOpen={only !== ''}
            onTactic={onTactic}
          />
          <ul>
            {column.techniques.map((one) => {
              const isOpen = isUnfolded || unfolded.has(one.id);
              return (
                <li key={one.id}>
                  <div className="attack-row">
                    <CellButton technique={one} chosen={chosen} onChoose={onChoose} />
                    {one.below.length > 0 && (
                      <button
                        type="button"
                        className="attack-fold"
                        aria-expanded={isOpen}
                        disabled={isUnfolded}
                        onClick={() => fold(one.id)}
                      >
                        {isOpen ? <ChevronDown size={12} aria-hidden /> : <ChevronRight size={12} aria-hidden />}
                        {one.below.length}
                        <span className="unseen">{words.fold(one.name)}</span>
                      </button>
                    )}
                  </div>
                  {isOpen && one.below.length > 0 && (
                    <ul className="attack-below">
                      {one.below.map((sub) => (
                        <li key={sub.id}>
                          <CellButton technique={sub} chosen={chosen} onChoose={onChoose} />
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Head({
  column: { tactic, name, techniques },
  isOpen,
  onTactic,
}: {
  readonly column: Column;
  readonly isOpen: boolean;
  readonly onTactic: (tactic: string) => void;
}) {
  const isKnown = techniques.some(({ covered }) => covered !== undefined);
  const covered = techniques.filter((one) => (one.covered ?? 0) > 0).length;
  const hit = techniques.filter(({ hits }) => hits > 0).length;
  const share = techniques.length === 0 ? 0 : Math.round((covered / techniques.length) * 100);
  return (
    <header className="attack-head">
      <h2>
        <button type="button" aria-expanded={isOpen} title={words.openColumn(name)} onClick={() => onTactic(tactic)}>
          {name}
        </button>
      </h2>
      <p>
        {isKnown && words.columnCovered(covered, techniques.length)}
        {hit > 0 && <strong> {words.columnHit(hit)}</strong>}
      </p>
      {isKnown && (
        <meter min={0} max={100} value={share} aria-label={words.columnCovered(covered, techniques.length)} />
      )}
    </header>
  );
}

function CellButton({
  technique: { id, name, covered, hits },
  chosen,
  onChoose,
}: {
  readonly technique: Technique;
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <button
      type="button"
      className={`attack-cell covers-${covered === undefined ? 'unknown' : stepOf(covered)}${hits > 0 ? ' hit' : ''}`}
      aria-pressed={id === chosen}
      title={id}
      data-technique={id}
      onClick={() => onChoose(id === chosen ? '' : id)}
    >
      <span className="unseen">{id}</span> <span className="attack-name">{name}</span>{' '}
      {hits > 0 && (
        <span className="attack-number attack-hits">
          <Siren size={10} aria-hidden />
          {hits.toLocaleString()}
          <span className="unseen">{words.cellHits(hits)}</span>
        </span>
      )}
      {covered !== undefined && (
        <span className="attack-number">
          {covered === 0 ? (
            <>
              –<span className="unseen">{words.none}</span>
            </>
          ) : (
            <>
              <Shield size={10} aria-hidden />
              {covered.toLocaleString()}
              <span className="unseen">{words.cellCovered}</span>
            </>
          )}
        </span>
      )}
    </button>
  );
}
