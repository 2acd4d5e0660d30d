/** An error as a server of one kind words it. Thrown inside the engine, and turned into the protocol's message at its edge. */
import type { Value } from './values.ts';

export interface FaultDetails {
  /** MySQL's number; PostgreSQL has none. */
  readonly code?: number;
  /** SQLSTATE. */
  readonly state: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Where in the statement, counted in characters from 0. */
  readonly at?: number;
  /** PostgreSQL: what a broken rule is about. */
  readonly about?: {
    readonly schema?: string;
    readonly table?: string;
    readonly column?: string;
    readonly rule?: string;
  };
  /** PostgreSQL's function, file and line. */
  readonly where?: readonly [routine: string, file: string, line: number];
  readonly severity?: 'ERROR' | 'FATAL' | 'WARNING' | 'NOTICE';
}

export class SqlFault extends Error {
  readonly details: FaultDetails;

  constructor(message: string, details: FaultDetails) {
    super(message);
    this.name = 'SqlFault';
    this.details = details;
  }
}

/** What the engine itself finds wrong; each dialect says it in its words. */
export interface Faults {
  syntax(text: string, at: number, end: boolean): SqlFault;
  /** @param known the table before the column's name is there */
  unknownColumn(path: readonly string[], clause: string, at: number, known?: boolean): SqlFault;
  /** A column that is neither grouped by nor aggregated; only for servers that refuse it. */
  ungrouped?(name: string, at: number): SqlFault;
  ambiguousColumn(path: readonly string[], clause: string, at: number): SqlFault;
  unknownTable(path: readonly string[], at: number): SqlFault;
  unknownFunction(path: readonly string[], types: readonly string[], at: number): SqlFault;
  /** A table alias that is not in FROM: `x.*`. */
  unknownAlias(name: string, at: number): SqlFault;
  duplicateAlias(name: string, at: number): SqlFault;
  /** `ORDER BY 9` of a query with fewer columns. */
  unknownPosition(position: number, clause: string, at: number): SqlFault;
  /** MySQL: a group that chance made anew, and that was there already. */
  duplicateGroup?(values: readonly Value[]): SqlFault;
  subqueryRows(): SqlFault;
  subqueryColumns(at: number): SqlFault;
  unionColumns(at: number): SqlFault;
  unknownWindow(name: string, at: number): SqlFault;
  misusedAggregate(clause: string, at: number): SqlFault;
  /** Columns and values that differ in number. */
  valueCount(row: number, at: number, than?: 'more' | 'fewer'): SqlFault;
  /** A bound of ours was reached; said as the server's own limit. */
  tooMuch(what: 'rows' | 'time' | 'depth' | 'memory'): SqlFault;
}
