'use client';
import { Download } from 'lucide-react';
import { csvOf, saveFile, type Cell } from '../lib/save-file.ts';
import * as text from '../text/index.ts';

/** Saves what a page shows as CSV or JSON. `name`: of the file, without its ending. */
export function ExportButtons(props: {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: () => readonly (readonly Cell[])[];
  /** What the JSON holds; by default the rows as objects. */
  readonly json?: () => unknown;
}) {
  const { name, head, rows } = props;
  const json = props.json ?? (() => rows().map((row) => Object.fromEntries(row.map((v, i) => [head[i], v]))));
  return (
    <span className="exports" role="group" aria-label={text.parts.export}>
      <Download size={14} aria-hidden />
      <button className="quiet" type="button" onClick={() => saveFile(`${name}.csv`, 'text/csv', csvOf(head, rows()))}>
        CSV<span className="unseen"> {text.parts.export}</span>
      </button>
      <button
        className="quiet"
        type="button"
        onClick={() => saveFile(`${name}.json`, 'application/json', `${JSON.stringify(json(), null, 2)}\n`)}
      >
        JSON<span className="unseen"> {text.parts.export}</span>
      </button>
    </span>
  );
}
