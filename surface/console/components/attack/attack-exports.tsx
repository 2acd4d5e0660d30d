'use client';
/** The matrix as files: layers for ATT&CK Navigator, and a table. */
import { Download } from 'lucide-react';
import { csvRowsOf, CSV_HEAD, navigatorLayer, type Column } from '../../lib/attack-matrix.ts';
import { csvOf, saveFile } from '../../lib/save-file.ts';
import * as text from '../../text/index.ts';

const words = text.attack;

export function AttackExports({
  columns,
  version,
  maySeeRules,
}: {
  readonly columns: readonly Column[];
  readonly version: string;
  readonly maySeeRules: boolean;
}) {
  const layer = (of: 'coverage' | 'hits'): void =>
    saveFile(
      `netsentinel-attack-${of}.json`,
      'application/json',
      `${JSON.stringify(navigatorLayer(columns, of, { version, ...words.layer[of] }), null, 2)}\n`,
    );
  return (
    <span className="exports" role="group" aria-label={text.parts.export}>
      <Download size={14} aria-hidden />
      {maySeeRules && (
        <button className="quiet" type="button" onClick={() => layer('coverage')}>
          {words.exportLayer}: {words.layerCoverage}
        </button>
      )}
      <button className="quiet" type="button" onClick={() => layer('hits')}>
        {words.exportLayer}: {words.layerHits}
      </button>
      <button
        className="quiet"
        type="button"
        onClick={() => saveFile('netsentinel-attack.csv', 'text/csv', csvOf(CSV_HEAD, csvRowsOf(columns)))}
      >
        {words.csv}
      </button>
    </span>
  );
}
